import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { temporaryFolder, type TemporaryFolder } from '#testing';
import { CLI_ENTRY, documentOf, problemOf, runCli, type CliEnd } from './run-cli.js';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2024, 0, 1);
const HEADER = 'open_time,open,high,low,close,volume';

let folder: TemporaryFolder;
const inFolder = (...parts: readonly string[]): string => path.join(folder.path, ...parts);

/** Flat candles at one price, from the n-th hour of 2024 on. */
function candles(count: number, options: { readonly fromHour?: number; readonly price?: string } = {}): string {
  const { fromHour = 0, price = '1' } = options;
  const rows = Array.from({ length: count }, (_, hour) =>
    [START_MS + (fromHour + hour) * HOUR_MS, price, price, price, price, '10'].join(','),
  );
  return `${[HEADER, ...rows].join('\n')}\n`;
}

const writeCandles = (asset: string, text: string | Buffer, ending = 'csv'): Promise<void> =>
  writeFile(inFolder('candles', `X_${asset}_USDT_1h.${ending}`), text);

beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(inFolder('candles'));
  await writeCandles('AAA', candles(48));
  await writeCandles('BBB', candles(48));
  await writeCandles('LATE', candles(10, { fromHour: 1_000 }));
  await writeCandles('EDGE', candles(10, { fromHour: 47 }));
  await writeCandles('ZERO', candles(48).replace(/,1,1,1,1,10\n$/, ',1,1,0,0,10\n'));
  await writeCandles('CUT', gzipSync(candles(4_000)).subarray(0, 300), 'csv.gz');
  await writeCandles('JUNK', Buffer.from('this is no gzip'), 'csv.gz');
  await writeCandles('EMPTY', '');
  await mkdir(inFolder('candles', 'X_DIR_USDT_1h.csv'));
});
afterAll(() => folder.remove());

const BASE = ['backtest', 'run', '--json', '--exchange', 'X', '--interval', '1h'];
const run = (args: readonly string[], candlesDir = inFolder('candles')): Promise<CliEnd> =>
  runCli([...BASE, '--candles-dir', candlesDir, ...args]);

it('runs on good files', async () => {
  const end = await run(['--assets', 'AAA,BBB']);
  expect(end.code).toBe(0);
  expect(documentOf(end)).toMatchObject({
    panel: { assets: ['AAA', 'BBB'], bars: 48, droppedBars: 0, firstOpenMs: START_MS, lastOpenMs: START_MS + 47 * HOUR_MS },
  });
});

const refusals = [
  {
    what: 'an unknown asset',
    args: ['--assets', 'AAA,BBBB'],
    errors: [{ pointer: '/assets/1', code: 'unknown-asset', detail: 'no candles of BBBB/USDT at X 1h; did you mean BBB?' }],
  },
  { what: 'no overlap', args: ['--assets', 'AAA,LATE'], detail: 'no open time is shared' },
  { what: 'one shared bar', args: ['--assets', 'AAA,EDGE'], detail: 'one bar only' },
  {
    what: 'a period outside of the candles',
    args: ['--assets', 'AAA,BBB', '--from', '2025-01-01'],
    errors: [
      {
        pointer: '/assets/0',
        code: 'outside-coverage',
        detail: 'AAA has no candles in the period; it has them from 2024-01-01 00:00 to 2024-01-02 23:00 UTC',
      },
    ],
  },
  { what: 'a price of zero', args: ['--assets', 'AAA,ZERO'], errors: [{ pointer: 'line 49', code: 'non-positive' }] },
  { what: 'a truncated gzip', args: ['--assets', 'CUT,AAA'], detail: 'the gzip is cut short' },
  { what: 'what is no gzip', args: ['--assets', 'JUNK,AAA'], detail: 'the name says gzip, the content does not' },
  { what: 'an empty file', args: ['--assets', 'EMPTY,AAA'], detail: 'it holds no rows' },
  { what: 'a folder named like a file', args: ['--assets', 'DIR,AAA'], detail: 'it is a folder' },
  {
    what: 'another interval',
    args: ['--assets', 'AAA', '--interval', '5m'],
    errors: [{ pointer: '/assets/0', detail: expect.stringContaining('the folder has X 1h in USDT') }],
  },
  { what: 'no assets', args: ['--assets', ''], errors: [{ pointer: '/assets' }] },
  { what: 'an asset twice', args: ['--assets', 'AAA,AAA'], errors: [{ pointer: '/assets', code: 'basket' }] },
  { what: 'the quote among the assets', args: ['--assets', 'AAA,USDT'], errors: [{ pointer: '/assets', code: 'basket' }] },
  {
    what: 'a threshold out of range',
    args: ['--assets', 'AAA,BBB', '--set', 'downsideThreshold=1.5'],
    errors: [{ pointer: '/parameters/downsideThreshold', detail: 'must be a number above 0 and at most 1' }],
  },
  {
    what: 'an unknown parameter',
    args: ['--assets', 'AAA,BBB', '--set', 'usdtReserv=0.1'],
    errors: [{ pointer: '/parameters/usdtReserv', detail: 'is not a parameter; did you mean usdtReserve?' }],
  },
];

it.each(refusals)('refuses $what with code 3', async ({ args, detail, errors }) => {
  const end = await run(args);
  expect(end.code).toBe(3);
  const problem = problemOf(end);
  expect(problem).toMatchObject({ status: 422, ...(errors && { errors: errors.map((error) => expect.objectContaining(error)) }) });
  if (detail) expect(problem.detail).toContain(detail);
});

it.each([
  ['no such folder', () => inFolder('nowhere'), 4],
  ['a file for a folder', () => inFolder('candles', 'X_AAA_USDT_1h.csv'), 4],
  ['a folder without candles', () => folder.path, 4],
])('refuses %s', async (_, place, code) => {
  const end = await run(['--assets', 'AAA'], place());
  expect(end.code).toBe(code);
  expect(problemOf(end).detail).toContain(place());
});

it('refuses labels for a run that is not stored', async () => {
  const end = await run(['--assets', 'AAA,BBB', '--name', 'x', '--tag', 'y']);
  expect(end.code).toBe(2);
  expect(problemOf(end).detail).toBe('--name, --tag cannot be used with --candles-dir: such a run is not stored');
});

describe('a config file', () => {
  const configs = [
    { what: 'that is not JSON', text: 'usdtReserve: 0.2', code: 'config-not-json' },
    { what: 'that is cut off', text: '{"usdtReserve": 0.', code: 'config-not-json' },
    { what: 'that is a list', text: '[]', code: 'config-not-an-object' },
    { what: 'that is too deep', text: `{"parameters":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, code: 'config-too-deep' },
    { what: 'that is huge', text: `{"note": "${'x'.repeat(2_000_000)}"}`, code: 'config-too-large' },
    { what: 'with an unknown parameter', text: '{"usdtReserv": 0.2}', code: 'config-unknown-field' },
    { what: 'with an unknown field', text: '{"assets": ["AAA"], "exchnge": "X"}', code: 'config-unknown-field' },
    { what: 'with a value of another type', text: '{"usdtReserve": "a lot"}', code: 'validation-failed' },
  ];

  it.each(configs)('$what is refused with code 3', async ({ text, code }) => {
    await writeFile(inFolder('config.json'), text);
    const end = await run(['--assets', 'AAA,BBB', '--config', inFolder('config.json')]);
    expect(end.code).toBe(3);
    expect(problemOf(end).code).toBe(code);
  });

  it('that is a folder is refused', async () => {
    const end = await run(['--assets', 'AAA,BBB', '--config', folder.path]);
    expect(end.code).toBe(3);
    expect(problemOf(end).detail).toBe(`config file ${folder.path} is a folder, not a file`);
  });

  it('that is not there is not found', async () => {
    const end = await run(['--assets', 'AAA,BBB', '--config', inFolder('none.json')]);
    expect(end.code).toBe(4);
    expect(problemOf(end)).toMatchObject({ code: 'config-missing', status: 404 });
  });

  it('may hold the whole request', async () => {
    await writeFile(
      inFolder('request.json'),
      JSON.stringify({ assets: ['AAA', 'BBB'], exchange: 'X', interval: '1h', parameters: { usdtReserve: 0.5 } }),
    );
    const end = await runCli([
      'backtest',
      'run',
      '--json',
      '--candles-dir',
      inFolder('candles'),
      '--config',
      inFolder('request.json'),
      '--set',
      'slippage=0.001',
    ]);
    expect(documentOf(end)).toMatchObject({ config: { usdtReserve: 0.5, slippage: 0.001 }, panel: { assets: ['AAA', 'BBB'] } });
  });
});

describe('without permission', () => {
  // Root may read everything, so as root the command runs as the user "nobody" in a folder of its own.
  const asNobody =
    process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.execPath] : [process.execPath];
  const runAsNobody = (args: readonly string[]): Promise<CliEnd> =>
    runCli([...BASE, ...args], { command: [...asNobody, CLI_ENTRY], cwd: '/' });

  beforeAll(async () => {
    await chmod(folder.path, 0o755);
    await mkdir(inFolder('locked'));
    await writeFile(inFolder('locked', 'X_AAA_USDT_1h.csv'), candles(48));
    await writeFile(inFolder('locked.json'), '{}');
    await Promise.all(['locked', 'locked.json'].map((name) => chmod(inFolder(name), 0)));
  });
  afterAll(async () => {
    await chmod(inFolder('locked'), 0o700);
    await rm(inFolder('locked'), { recursive: true });
  });

  it('a folder of candles is refused', async () => {
    const end = await runAsNobody(['--candles-dir', inFolder('locked'), '--assets', 'AAA']);
    expect(end.code).toBe(3);
    expect(problemOf(end)).toMatchObject({ code: 'candle-file-no-permission' });
  });

  it('a config file is refused', async () => {
    const end = await runAsNobody(['--candles-dir', inFolder('candles'), '--assets', 'AAA', '--config', inFolder('locked.json')]);
    expect(end.code).toBe(3);
    expect(problemOf(end).detail).toContain('may not be read by this user');
  });
});
