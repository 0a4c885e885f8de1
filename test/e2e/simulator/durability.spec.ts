import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Decimal } from 'decimal.js';
import { repositoryFolder, startHeldProcess, temporaryFolder, type TemporaryFolder } from '#testing';
import { signedRequest } from './signed-request.js';
import { startSimulatorProcess, type SimulatorProcess } from './simulator-process.js';

type Words = Readonly<Record<string, string>>;

let folder: TemporaryFolder;
let args: readonly string[];
beforeEach(async () => {
  folder = await temporaryFolder();
  args = ['--no-rate-limit', '--balances', 'USDT=1000000', '--state', path.join(folder.path, 'state.json')];
});
afterEach(() => folder.remove());

const buy = (url: string, clientOrderId: string) =>
  signedRequest(url, 'POST', '/api/v3/order', { symbol: 'HANAUSDT', side: 'BUY', type: 'MARKET', quoteOrderQty: '2', newClientOrderId: clientOrderId }) as Promise<Words>;

/** Orders one after the other, until nobody answers any more: what was answered. */
async function buyUntilKilled(url: string, prefix: string): Promise<ReadonlyMap<string, string>> {
  const answered = new Map<string, string>();
  for (let count = 0; ; count += 1) {
    const reply = await buy(url, `${prefix}-${count}`).catch(() => null);
    if (reply === null) return answered;
    answered.set(`${prefix}-${count}`, reply['orderId']!);
  }
}

async function acceptedOf({ control }: SimulatorProcess): Promise<{ readonly orders: readonly Words[]; readonly fills: readonly Words[] }> {
  return (await control('GET', '/accepted')) as { orders: readonly Words[]; fills: readonly Words[] };
}

it('forgets no order that it has answered, whenever it is killed', async () => {
  const answered = new Map<string, string>();
  // Times that no gathering of writes has in common.
  for (const [life, livesMs] of [40, 230, 510].entries()) {
    const simulator = await startSimulatorProcess(args);
    const orders = [buyUntilKilled(simulator.url, `a${life}`), buyUntilKilled(simulator.url, `b${life}`)];
    await pause(livesMs);
    simulator.app.kill('SIGKILL');
    await simulator.app.exited;
    for (const replies of await Promise.all(orders)) for (const [id, orderId] of replies) answered.set(id, orderId);
  }
  expect(answered.size).toBeGreaterThan(20);

  const last = await startSimulatorProcess(args);
  const { orders, fills } = await acceptedOf(last);
  const known = new Map(orders.map(({ clientOrderId, orderId }) => [clientOrderId!, orderId!]));
  expect([...answered].filter(([id, orderId]) => known.get(id) !== orderId)).toEqual([]);
  // What it holds is what its fills have made of a million.
  const spent = fills.reduce((sum, fill) => sum.plus(fill['quoteQuantity']!).plus(fill['commission']!), new Decimal(0));
  const { balances } = (await signedRequest(last.url, 'GET', '/api/v3/account')) as { balances: readonly Words[] };
  expect(balances.find(({ asset }) => asset === 'USDT')?.['free']).toBe(new Decimal(1_000_000).minus(spent).toFixed());
  await last.app.stop();
});

it('is the only one on its state, until it is killed', async () => {
  const first = await startSimulatorProcess(args);
  const entry = path.join(repositoryFolder(), 'dist/apps/exchange-simulator/src/main.js');
  const second = await startHeldProcess('simulator', { command: process.execPath, args: [entry, '--port', '0', '--control-port', '0', ...args] });
  expect(await second.exited).toMatchObject({ code: 1 });
  expect(second.output()).toMatch(/state\.json is in use by another simulator: stop that one, or name another file with --state/u);
  await buy(first.url, 'kept-1');
  first.app.kill('SIGKILL');
  await first.app.exited;
  const third = await startSimulatorProcess(args);
  expect((await acceptedOf(third)).orders).toMatchObject([{ clientOrderId: 'kept-1' }]);
  await third.app.stop();
});
