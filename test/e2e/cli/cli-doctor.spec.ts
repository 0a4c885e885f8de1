import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort, spawnApp, temporaryFolder, type SpawnedApp, type TemporaryFolder } from '#testing';
import { documentOf, runCli } from './run-cli.js';

// What doctor says of the exchange, asked from the simulator as users run it; everything else is away here.
interface Check {
  readonly name: string;
  readonly status: string;
  readonly detail: string;
  readonly fix?: string;
}

const KEY = 'key-of-the-test';
const SECRET = 'secret-of-the-test';

let folder: TemporaryFolder;
let simulator: SpawnedApp;
let url: string;

async function startSimulator(changes: Record<string, string> = {}): Promise<{ app: SpawnedApp; url: string }> {
  const app = await spawnApp('apps/exchange-simulator/src/main.js', { PORT: '0', CONTROL_PORT: '0', SIMULATOR_KEY: KEY, SIMULATOR_SECRET: SECRET, ...changes }, { ready: /^ready: /m });
  return { app, url: /^ready: (\S+)$/m.exec(app.output())?.[1] ?? '' };
}

beforeAll(async () => {
  folder = await temporaryFolder();
  ({ app: simulator, url } = await startSimulator());
});
afterAll(async () => {
  await simulator?.stop();
  await folder.remove();
});

async function doctor(environment: Record<string, string>, args: readonly string[] = []): Promise<readonly Check[]> {
  const end = await runCli(['doctor', '--json', ...args], { environment });
  const { checks } = documentOf(end) as { checks: readonly Check[] };
  for (const secret of [KEY, SECRET, 'not-the-secret']) expect(JSON.stringify(checks)).not.toContain(secret);
  return checks;
}

const of = (checks: readonly Check[], name: string): readonly Check[] => checks.filter((check) => check.name === name);
const simulated = (changes: Record<string, string> = {}) => ({ EXCHANGE: 'simulator', EXCHANGE_URL: url, ...changes });

it('says what answers, how the clocks stand, what can be traded, and that no key is needed', async () => {
  const checks = await doctor(simulated(), ['--assets', 'hana,AIA,HANNA']);
  expect(of(checks, 'exchange')).toEqual([{ name: 'exchange', status: 'ok', detail: expect.stringContaining(`simulator (made prices, play money) at ${url} answers in `) }]);
  expect(of(checks, 'exchange clock')).toMatchObject([{ status: 'ok' }]);
  expect(of(checks, 'markets')).toMatchObject([{ status: 'ok', detail: expect.stringMatching(/^\d+ markets, \d+ tradable over the API$/) }]);
  expect(of(checks, 'assets')).toMatchObject([
    { status: 'ok', detail: 'HANA, AIA tradable over the API' },
    { status: 'failed', detail: expect.stringContaining('no market HANNA/USDT: delisted, renamed or mistyped; did you mean HANA?') },
  ]);
  expect(of(checks, 'account')).toMatchObject([{ status: 'skipped' }]);
});

it('finds the simulator by what npm start left behind', async () => {
  const data = path.join(folder.path, 'data');
  await mkdir(data);
  await writeFile(path.join(data, 'runtime.json'), JSON.stringify({ exchange: 'simulator', exchangeUrl: url }), { mode: 0o600 });
  const checks = await doctor({ REBALANCER_DATA_DIR: data });
  expect(of(checks, 'exchange')).toMatchObject([{ status: 'ok' }]);
  expect(of(checks, 'assets')).toMatchObject([{ status: 'skipped' }]);
});

it('accepts the account\'s key, by a file too', async () => {
  const file = path.join(folder.path, 'secret');
  await writeFile(file, `${SECRET}\n`);
  const checks = await doctor(simulated({ EXCHANGE_API_KEY: KEY, EXCHANGE_API_SECRET_FILE: file }));
  expect(of(checks, 'account')).toMatchObject([{ status: 'ok', detail: expect.stringContaining('the key is accepted by the simulator, not MEXC;') }]);
});

it.each([
  ['a key that is not known', { EXCHANGE_API_KEY: 'mx0wrong', EXCHANGE_API_SECRET: SECRET }, /does not know this key.*\(code 10072\)/],
  ['a secret of another key', { EXCHANGE_API_KEY: KEY, EXCHANGE_API_SECRET: 'not-the-secret' }, /the signature is wrong/],
  ['a key without its secret', { EXCHANGE_API_KEY: KEY }, /^EXCHANGE_API_KEY is set and EXCHANGE_API_SECRET is not$/],
  ['a secret file that is not there', { EXCHANGE_API_KEY: KEY, EXCHANGE_API_SECRET_FILE: '/nowhere/secret' }, /cannot be read \(ENOENT\)/],
])('tells %s in words, with what to do', async (_, environment, words) => {
  const checks = await doctor(simulated(environment));
  expect(of(checks, 'account')).toEqual([{ name: 'account', status: 'failed', detail: expect.stringMatching(words), fix: expect.any(String) }]);
  expect(of(checks, 'exchange')).toMatchObject([{ status: 'ok' }]);
});

it('tells a clock that is ahead, and one that is half a minute behind', async () => {
  for (const [shift, words] of [['-1500', /clock is 1,[45]\d\d ms ahead of/], ['30000', /clock is 30 s behind/]] as const) {
    const shifted = await startSimulator({ CLOCK_SHIFT_MS: shift });
    const checks = await doctor({ EXCHANGE: 'simulator', EXCHANGE_URL: shifted.url });
    expect(of(checks, 'exchange clock')).toMatchObject([{ status: 'failed', detail: expect.stringMatching(words), fix: 'timedatectl set-ntp true' }]);
    await shifted.app.stop();
  }
});

it('tells that nothing answers, and what is no exchange', async () => {
  const away = await doctor({ EXCHANGE: 'simulator', EXCHANGE_URL: `http://127.0.0.1:${await freePort()}`, EXCHANGE_API_KEY: KEY, EXCHANGE_API_SECRET: SECRET });
  expect(of(away, 'exchange')).toMatchObject([{ status: 'failed', fix: expect.stringContaining('npm start') }]);
  for (const name of ['exchange clock', 'markets', 'assets', 'account']) expect(of(away, name)).toMatchObject([{ status: 'skipped' }]);
  const stranger = await doctor({ EXCHANGE: 'simulator', EXCHANGE_URL: 'http://sim.example:4010', EXCHANGE_API_KEY: KEY, EXCHANGE_API_SECRET: SECRET });
  expect(of(stranger, 'exchange')).toMatchObject([{ status: 'failed', detail: expect.stringContaining('not at http://sim.example:4010'), fix: expect.stringContaining('EXCHANGE_TRUSTED_HOSTS') }]);
  expect(of(stranger, 'account')).toMatchObject([{ status: 'skipped' }]);
  const wrong = await doctor({ EXCHANGE: 'binance' });
  expect(of(wrong, 'exchange')).toMatchObject([{ status: 'failed', detail: 'EXCHANGE must name simulator or mexc, not "binance"' }]);
});
