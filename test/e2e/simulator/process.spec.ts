import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { repositoryFolder, spawnApp, startHeldProcess, temporaryFolder, type HeldProcess, type TemporaryFolder } from '#testing';
import { signedRequest } from './signed-request.js';
import { startSimulatorProcess } from './simulator-process.js';

const ENTRY = 'apps/exchange-simulator/src/main.js';

let folder: TemporaryFolder;
let stateFile: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  stateFile = path.join(folder.path, 'state.json');
});
afterEach(() => folder.remove());

interface End {
  readonly code: number | null;
  readonly output: string;
}

async function runToEnd(...args: readonly string[]): Promise<End> {
  const held = await startHeldProcess('simulator', { command: process.execPath, args: [path.join(repositoryFolder(), 'dist', ENTRY), '--port', '0', '--control-port', '0', ...args] });
  const { code } = await held.exited;
  return { code, output: held.output() };
}

const order = { symbol: 'HANAUSDT', side: 'BUY', type: 'MARKET', quoteOrderQty: '100', newClientOrderId: 'kept-1' };

describe('the process', () => {
  it('prints two addresses and nothing else, and ends with 0 when told to', async () => {
    const app = await spawnApp(ENTRY, { LOG_LEVEL: 'silent' }, { args: ['--port', '0', '--control-port', '0'], ready: /^ready: /mu });
    expect(app.output()).toMatch(/^control: http:\/\/127\.0\.0\.1:\d+\nready: http:\/\/127\.0\.0\.1:\d+\n$/u);
    expect(await app.stop()).toEqual({ code: 0, signal: null });
  });

  it('ends with 2 and one line for flags that are none', async () => {
    expect(await runToEnd('--sped', '2')).toEqual({ code: 2, output: "exchange-simulator: Unknown option '--sped' (--help lists the flags)\n" });
    expect(await runToEnd('--speed', '0')).toEqual({ code: 2, output: 'exchange-simulator: --speed: expected a whole number from 1 to 10000\n' });
  });

  it('says which port is taken', async () => {
    const { app, url } = await startSimulatorProcess();
    const { port } = new URL(url);
    expect(await runToEnd('--port', port)).toMatchObject({ code: 1, output: expect.stringContaining(`port ${port} is taken: name another with --port`) as string });
    await app.stop();
  });

  it('goes on with orders, balances and rules after a stop', async () => {
    const first = await startSimulatorProcess(['--state', stateFile, '--seed', '3']);
    await signedRequest(first.url, 'POST', '/api/v3/order', order);
    await first.control('PATCH', '/markets/AIAUSDT', { status: 'paused' });
    const [balances, found] = [await signedRequest(first.url, 'GET', '/api/v3/account'), await signedRequest(first.url, 'GET', '/api/v3/order', { symbol: 'HANAUSDT', origClientOrderId: 'kept-1' })];
    expect((await first.app.stop()).code).toBe(0);

    const second = await startSimulatorProcess(['--state', stateFile, '--seed', '3']);
    expect(await signedRequest(second.url, 'GET', '/api/v3/account')).toEqual(balances);
    expect(await signedRequest(second.url, 'GET', '/api/v3/order', { symbol: 'HANAUSDT', origClientOrderId: 'kept-1' })).toEqual(found);
    expect(found).toMatchObject({ status: 'FILLED' });
    const { markets } = (await second.control('GET', '/markets')) as { markets: readonly { rules: { marketId: string; status: string } }[] };
    expect(markets.find(({ rules }) => rules.marketId === 'AIAUSDT')?.rules.status).toBe('paused');
    await second.app.stop();
  });

  it('refuses a state of other prices, and one that is damaged, and leaves both as they are', async () => {
    const first = await startSimulatorProcess(['--state', stateFile, '--seed', '3']);
    await first.app.stop();
    const other = await runToEnd('--state', stateFile, '--seed', '4');
    expect(other).toMatchObject({ code: 1, output: expect.stringContaining('--seed was 3 and is now 4; start as before, or name another file with --state') as string });
    await writeFile(stateFile, '{"format":1,');
    expect(await runToEnd('--state', stateFile, '--seed', '3')).toMatchObject({ code: 1, output: expect.stringContaining('is no state of a simulator') as string });
  });

  it('replays recorded candles in place of made ones', async () => {
    const record = path.join(repositoryFolder(), 'test/data/candles/made-1h-2024');
    const { app, url } = await startSimulatorProcess(['--replay', record]);
    const { symbols } = (await (await fetch(`${url}/api/v3/exchangeInfo`)).json()) as { symbols: readonly { symbol: string }[] };
    expect(symbols.map(({ symbol }) => symbol).sort((one, other) => one.localeCompare(other))).toEqual(['AAAUSDT', 'BBBUSDT', 'CCCUSDT', 'DDDUSDT', 'EEEUSDT']);
    const rows = (await (await fetch(`${url}/api/v3/klines?symbol=AAAUSDT&interval=60m&limit=24`)).json()) as readonly unknown[];
    expect(rows).toHaveLength(24);
    await app.stop();
    expect(await runToEnd('--replay', folder.path)).toMatchObject({ code: 1, output: expect.stringContaining('no *.csv or *.csv.gz in this folder') as string });
    await writeFile(path.join(folder.path, 'MEXC_HANA_USDT_1w.csv'), 'open_time,open,high,low,close,volume\n1735516800000,1,2,0.5,1.5,100\n');
    const weekly = await runToEnd('--replay', folder.path);
    expect(weekly).toMatchObject({ code: 1, output: expect.stringContaining('candles of 1w cannot be replayed') as string });
    expect(weekly.output.trim().split('\n')).toHaveLength(1);
  });
});

const startCommand = (...args: readonly string[]) =>
  startHeldProcess('npm run simulator', { command: process.execPath, args: [path.join(repositoryFolder(), 'scripts/simulator.mjs'), '--port', '0', '--control-port', '0', ...args], cwd: repositoryFolder() });

function untilReady(held: HeldProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const look = (output: string): void => {
      const url = /^ready: (http:\S+)$/mu.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    };
    held.onOutput(look);
    look(held.output());
    void held.exited.then(() => reject(new Error(held.output())));
  });
}

async function untilGone(url: string): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (await fetch(`${url}/api/v3/ping`).then(() => true, () => false)) {
    if (performance.now() > deadline) throw new Error(`${url} still answers`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('npm run simulator', () => {
  it.each([
    { signal: 'SIGTERM' as const, end: { code: 0, signal: null } },
    { signal: 'SIGINT' as const, end: { code: 0, signal: null } },
    { signal: 'SIGKILL' as const, end: { code: null, signal: 'SIGKILL' } },
  ])('leaves nothing behind after $signal', async ({ signal, end }) => {
    const held = await startCommand();
    const url = await untilReady(held);
    process.kill(held.pid, signal);
    expect(await held.exited).toEqual(end);
    await untilGone(url);
  });

  it("ends with the simulator's own code", async () => {
    const held = await startCommand('--seed', 'x');
    expect((await held.exited).code).toBe(2);
    expect(held.output()).toBe('exchange-simulator: --seed: expected a whole number from 0 to 4294967295\n');
  });
});
