import { Chance } from './chance.js';
import { SimulatedProcess, type Life, type ProcessOdds } from './simulated-process.js';
import { VirtualTime } from './virtual-time.js';

const NEVER_MIND: ProcessOdds = { crash: 0, pause: 0, longestPauseMs: 120_000, storeFailure: 0, storeSlow: 0 };
const nothing = (): void => undefined;

function aProcess(odds: Partial<ProcessOdds>, boot: (life: Life, run: number) => void) {
  const time = new VirtualTime(0);
  const mishaps = { crashes: 0, pauses: 0, storeFailures: 0 };
  let runs = 0;
  const process = new SimulatedProcess({
    name: 'worker', time, chance: new Chance(7), odds: () => ({ ...NEVER_MIND, ...odds }), mishaps, note: nothing, roundFloorMs: 1_000,
    boot: (life) => {
      runs += 1;
      boot(life, runs);
    },
  });
  process.start();
  return { time, process, mishaps, runs: () => runs };
}

/** Each call counts, and answers with how many there were. */
function aCounter() {
  const state = { count: 0 };
  return { state, add: async (): Promise<number> => (state.count += 1) };
}

it('goes on after an await where it is alive, and never where it has died meanwhile', async () => {
  const seen: string[] = [];
  const { time, process, runs } = aProcess({}, (life, run) => {
    void life.timer.pause(100).then(() => void seen.push(`run ${run} went on`));
  });
  time.after(50, () => process.crash('a test'));
  await time.runUntil(60_000, nothing);
  expect(runs()).toBe(2);
  expect(seen).toEqual(['run 2 went on']);
});

it('asks for nothing any more once it is dead, not even for what was about to go on at the moment of its death', async () => {
  const counter = aCounter();
  const { time } = aProcess({}, (life, run) => {
    if (run > 1) return;
    const { process: dying, time: later } = { process: life.process, time: life.process.parts.time };
    const port = life.port('counter', counter);
    // Two awaits end at the same moment; between them it dies.
    void life.timer.pause(100).then(() => dying.crash('a test'));
    void life.timer.pause(100).then(() => port.add());
    later.after(200, () => void life.call(() => Promise.reject(new Error('nobody hears of it'))));
  });
  await time.runUntil(60_000, nothing);
  expect(counter.state.count).toBe(0);
});

it('stands still for as long as it is stopped: its timers too, and its awaits end afterwards', async () => {
  const seen: number[] = [];
  const { time, process } = aProcess({}, (life) => {
    life.timer.every(1_000, () => void seen.push(life.clock.nowMs()));
    void life.timer.pause(6_000).then(() => void seen.push(-life.clock.nowMs()));
  });
  time.after(5_000, () => process.pause(20_000));
  await time.runUntil(26_000, nothing);
  expect(seen.filter((ms) => ms > 5_000 && ms < 25_000)).toEqual([]);
  expect(seen).toContain(-25_000);
  expect(seen.filter((ms) => ms > 25_000)).not.toEqual([]);
});

it('has a wall clock of its own, which may be set, and another that goes on for as long as it lives', async () => {
  const readings: (readonly [number, number])[] = [];
  const { time, process } = aProcess({}, (life) => {
    const { time: time0 } = life.process.parts;
    time0.after(1_000, () => void readings.push([life.clock.nowMs(), life.monotonicMs()]));
    time0.after(3_000, () => void readings.push([life.clock.nowMs(), life.monotonicMs()]));
  });
  time.after(2_000, () => {
    process.clockOffsetMs = -30_000;
  });
  await time.runUntil(4_000, nothing);
  expect(readings).toEqual([[1_000, 1_000], [-27_000, 3_000]]);
});

it('loses the answer of a database in either way: with what was asked for done, and without', async () => {
  const counter = aCounter();
  const failures: boolean[] = [];
  const { time, mishaps } = aProcess({ storeFailure: 1 }, (life) => {
    const store = life.store('counter', counter);
    const once = async (): Promise<void> => {
      const before = counter.state.count;
      await store.add().catch(() => void failures.push(counter.state.count > before));
    };
    void (async () => {
      for (let index = 0; index < 40; index += 1) await once();
    })();
  });
  await time.runUntil(60_000, nothing);
  expect(mishaps.storeFailures).toBe(40);
  expect(new Set(failures)).toEqual(new Set([true, false]));
  expect(counter.state.count).toBe(failures.filter((isDone) => isDone).length);
});

it('may die at each of its awaits, and comes back each time', async () => {
  const { time, mishaps, runs } = aProcess({ crash: 0.5 }, (life) => {
    life.timer.every(1_000, () => void life.io(Promise.resolve()));
  });
  await time.runUntil(3_600_000, nothing);
  expect(mishaps.crashes).toBeGreaterThan(100);
  expect(runs()).toBeGreaterThanOrEqual(mishaps.crashes);
});
