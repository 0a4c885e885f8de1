import type { KillSwitch } from './kill-switch-store.port.js';
import { WatchHaltFile } from './watch-halt-file.js';

const anExecutor = (engaged: readonly Pick<KillSwitch, 'scope' | 'state'>[] = []) => {
  const file = { isThere: true };
  const switches: KillSwitch[] = engaged.map((one) => ({ ...one, reason: '', setBy: '', setMs: 0, version: 1 }));
  const store = {
    engaged: async () => switches,
    engage: async (wanted: Omit<KillSwitch, 'version'>) => {
      switches.push({ ...wanted, version: 1 });
      return switches.at(-1)!;
    },
  };
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  const watch = new WatchHaltFile({ haltFile: { exists: async () => file.isThere }, store, clock: { nowMs: () => 7 }, log: silent });
  return { file, switches, watch };
};

it('engages a switch for everything, once, where the file is seen twice', async () => {
  const { switches, watch } = anExecutor();
  await watch.look();
  expect(switches).toEqual([]);
  await watch.look();
  await watch.look();
  expect(switches).toEqual([expect.objectContaining({ scope: 'all', state: 'halt', setBy: 'HALT file', setMs: 7 })]);
});

it('engages nothing for a file that was there for a moment only, or where everything is halted already', async () => {
  const moment = anExecutor();
  await moment.watch.look();
  moment.file.isThere = false;
  await moment.watch.look();
  moment.file.isThere = true;
  await moment.watch.look();
  expect(moment.switches).toEqual([]);
  const halted = anExecutor([{ scope: 'all', state: 'halt' }]);
  await halted.watch.look();
  await halted.watch.look();
  expect(halted.switches).toHaveLength(1);
});

it('halts though a portfolio is halted, or everything may only be reduced', async () => {
  const { switches, watch } = anExecutor([{ scope: 'portfolio:pf_1', state: 'halt' }, { scope: 'all', state: 'reduce-only' }]);
  await watch.look();
  await watch.look();
  expect(switches).toHaveLength(3);
});
