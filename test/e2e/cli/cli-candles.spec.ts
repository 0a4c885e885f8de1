import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { createDataSource, runMigrations } from '#persistence';
import { createTestDatabase, temporaryFolder, type TemporaryFolder, type TestDatabase } from '#testing';
import { CLI_ENTRY, documentOf, problemOf, runCli, type CliEnd } from './run-cli.js';

const START_MS = Date.UTC(2024, 0, 1);
const HOUR_MS = 3_600_000;
const HEADER = 'open_time,open,high,low,close,volume';
const row = (hour: number, rest = '10,12,9,11,5') => `${START_MS + hour * HOUR_MS},${rest}`;
const csv = (...rows: readonly string[]) => `${[HEADER, ...rows].join('\n')}\n`;
/** Four days of hours. */
const HOURS = Array.from({ length: 96 }, (_none, hour) => row(hour));

let database: TestDatabase;
let dataSource: ReturnType<typeof createDataSource>;
let folder: TemporaryFolder;
beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url, poolSize: 1, applicationName: 'cli-spec' }).initialize();
  await runMigrations(dataSource);
});
beforeEach(async () => {
  folder = await temporaryFolder();
  await dataSource.query('TRUNCATE candle_series CASCADE');
});
afterEach(() => folder.remove());
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

async function given(name: string, content: string | Uint8Array): Promise<string> {
  const file = path.join(folder.path, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

const candles = (...args: readonly string[]): Promise<CliEnd> =>
  runCli(['candles', ...args], { environment: { DATABASE_URL: database.url }, cwd: folder.path });

describe('candles import', () => {
  it('imports a folder, shows its coverage, and changes nothing the second time', async () => {
    await given('panel/X_AAA_USDT_1h.csv.gz', gzipSync(csv(...HOURS)));
    await given('panel/X_BBB_USDT_1h.csv', csv(row(0), row(1, '11,11,11,11,0'), row(5)));
    const first = documentOf(await candles('import', 'panel', '--json'));
    expect(first).toMatchObject({ totals: { files: 2, failedFiles: 0, rows: 99, inserted: 99, unchanged: 0, corrected: 0, refused: 0 } });
    const again = documentOf(await candles('import', 'panel', '--json'));
    expect(again).toMatchObject({ totals: { inserted: 0, unchanged: 99, corrected: 0 } });
    const series = { exchange: 'X', quote: 'USDT', interval: '1h', first: '2024-01-01T00:00:00.000Z' };
    expect(documentOf(await candles('coverage', '--json'))).toEqual({
      data: [
        { ...series, base: 'AAA', last: '2024-01-04T23:00:00.000Z', candles: 96, gaps: 0, missing: 0, zeroVolumeFraction: 0 },
        { ...series, base: 'BBB', last: '2024-01-01T05:00:00.000Z', candles: 3, gaps: 1, missing: 3, zeroVolumeFraction: 1 / 3 },
      ],
    });
  });

  it('names file, line, field and reason of refused rows, stores the good ones, and ends with 9', async () => {
    await given('X_AAA_USDT_1h.csv', csv(row(0), row(1, '10,8,9,11,5'), row(2), row(2), row(3, '10,12,9,NaN,5')));
    const end = await candles('import', 'X_AAA_USDT_1h.csv');
    expect(end.code).toBe(9);
    expect(end.stderr).toContain('X_AAA_USDT_1h.csv: 3 of 5 rows refused (1 high-below-low, 1 duplicate, 1 non-finite)');
    expect(end.stderr).toContain('X_AAA_USDT_1h.csv:3 high-below-low (high): high is below low');
    expect(end.stderr).toContain('X_AAA_USDT_1h.csv:5 duplicate (openTimeMs)');
    expect(end.stderr).toContain('X_AAA_USDT_1h.csv:6 non-finite (close)');
    expect(documentOf(await candles('coverage', '--json'))).toMatchObject({ data: [{ base: 'AAA', candles: 2 }] });
  });

  it('reports corrections and leaps across gaps', async () => {
    await given('X_AAA_USDT_1h.csv', csv(row(0), row(1)));
    await candles('import', 'X_AAA_USDT_1h.csv');
    await given('X_AAA_USDT_1h.csv', csv(row(0), row(1, '10,12,9,10,5'), row(9, '500,600,400,500,5')));
    const end = await candles('import', 'X_AAA_USDT_1h.csv');
    expect(end.code).toBe(0);
    expect(end.stderr).toContain('1 closed candles differ');
    expect(end.stderr).toContain('the price rises 50 times across a gap, from 10 at 2024-01-01T01:00:00Z to 500 at 2024-01-01T09:00:00Z');
  });

  it('splits a reborn asset by --from, under a name of its own', async () => {
    await given('X_LUNA_USDT_1h.csv', csv(row(0), row(1), row(9, '500,600,400,500,5')));
    const end = await candles('import', 'X_LUNA_USDT_1h.csv', '--symbol', 'LUNA2/USDT', '--from', '2024-01-01T09:00', '--json');
    expect(documentOf(end)).toMatchObject({ files: [{ base: 'LUNA2', rows: 3, inserted: 1, leftOut: 2, jumpCount: 0 }] });
    expect(end.code).toBe(0);
  });

  it('takes a file that does not name its series by flags, and says which are missing', async () => {
    await given('export.txt', '20240101 000000;10;12;9;11;5\n');
    const problem = problemOf(await candles('import', 'export.txt', '--exchange', 'X', '--json'));
    expect(problem).toMatchObject({ code: 'file-unknown-series', detail: expect.stringContaining('add --symbol --interval') });
    const end = await candles('import', 'export.txt', '--exchange', 'X', '--symbol', 'AAA/USDT', '--interval', '1m', '--json');
    expect(documentOf(end)).toMatchObject({ totals: { inserted: 1 } });
  });

  it('goes on after a file that is unfit, stores nothing of it, and ends with 9', async () => {
    await given('panel/X_AAA_USDT_1h.csv.gz', gzipSync(csv(...HOURS)).subarray(0, 200));
    await given('panel/X_BBB_USDT_1h.csv', csv(row(0)));
    const end = await candles('import', 'panel', 'nowhere.csv', '--json');
    expect(end.code).toBe(9);
    expect(documentOf(end)).toMatchObject({
      files: [
        { status: 'failed', code: 'file-corrupt', detail: expect.stringContaining('cut short') },
        { status: 'imported', base: 'BBB' },
        { status: 'failed', code: 'file-not-found', path: 'nowhere.csv' },
      ],
    });
    expect(documentOf(await candles('coverage', '--json'))).toMatchObject({ data: [{ base: 'BBB' }] });
  });
});

it('warns of a file whose candles are farther apart than its name says', async () => {
  await given('X_AAA_USDT_1m.csv', csv(...HOURS.slice(0, 3)));
  await given('X_BBB_USDT_1h.csv', csv(row(0), row(5), row(6)));
  const end = await candles('import', 'X_AAA_USDT_1m.csv', 'X_BBB_USDT_1h.csv');
  expect(end.code).toBe(0);
  expect(end.stderr).toContain('X_AAA_USDT_1m.csv: no two of its candles are closer than 60 intervals of 1m: is it named after the right interval?');
  expect(end.stderr).not.toContain('X_BBB_USDT_1h.csv: no two');
});

it('tells a filter that nothing matches from an empty database', async () => {
  await given('X_AAA_USDT_1h.csv', csv(row(0)));
  expect((await candles('coverage', '--exchange', 'X')).stderr).toContain('no stored candles match');
  expect((await candles('coverage')).stderr).toContain('no candles here yet');
});

describe('what cannot be imported', () => {
  it.each([
    ['a path that leads nowhere', 'nowhere.csv', null, 4, 'file-not-found'],
    ['a folder without candles', 'empty/notes.txt', 'hello', 4, 'file-no-files'],
    ['JSON', 'candles.json', '[]', 3, 'file-unsupported-format'],
    ['a file of bad rows only', 'X_AAA_USDT_1h.csv', csv(row(0, '0,0,0,0,0')), 3, 'no-good-row'],
  ])('%s', async (_name, name, content, exitCode, code) => {
    if (content !== null) await given(name, content);
    const end = await candles('import', name.startsWith('empty/') ? 'empty' : name, '--json');
    expect(problemOf(end).code).toBe(code);
    expect(end.code).toBe(exitCode);
  });

  it('says of a file of bad rows only where the first is and what is wrong with it', async () => {
    await given('X_AAA_USDT_1h.csv', csv(row(0, '10, 12,9,11,5')));
    const end = await candles('import', 'X_AAA_USDT_1h.csv');
    expect(end.stderr).toContain('all 1 rows were refused (1 non-numeric); line 2: non-numeric (high): is not a number');
  });

  it('a folder that is named like a file of candles', async () => {
    await given('panel/X_AAA_USDT_1h.csv/inside.txt', 'x');
    const end = await candles('import', 'panel', '--json');
    expect(problemOf(end)).toMatchObject({ code: 'file-not-a-file', detail: expect.stringContaining('it is a folder') });
  });

  it('a file that may not be read', async () => {
    const file = await given('X_AAA_USDT_1h.csv', csv(row(0)));
    await chmod(file, 0o000);
    // Nothing is closed to root, who therefore gives that right up; setpriv is part of every Linux.
    const withoutOverride = ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--inh-caps=-dac_override,-dac_read_search'];
    const end = await runCli(['candles', 'import', file, '--json'], {
      environment: { DATABASE_URL: database.url },
      command: [...(process.getuid?.() === 0 ? withoutOverride : []), process.execPath, CLI_ENTRY],
    });
    expect(problemOf(end)).toMatchObject({ code: 'file-no-permission', detail: expect.stringContaining(file) });
  });

  it.each([
    [['import', 'a.csv', '--from', 'yesterday'], '--from must be a date'],
    [['import', 'a.csv', '--from', '2024-02-01', '--to', '2024-01-01'], '--from must not be after --to'],
    [['import', 'X_AAA_USDT_1h.csv', '--interval', '1m'], '--interval 1m contradicts a file that is named after 1h'],
    [['import', 'X_AAA_USDT_1h.csv', 'X_BBB_USDT_1h.csv', '--symbol', 'C/USDT'], 'would store 2 different series as one'],
  ])('%j', async (args, words) => {
    await Promise.all(['a.csv', 'X_AAA_USDT_1h.csv', 'X_BBB_USDT_1h.csv'].map((name) => given(name, csv(row(0)))));
    const end = await candles(...args, '--json');
    expect(problemOf(end).detail).toContain(words);
    expect(end.code).toBe(2);
  });

  it('anything while the database is away', async () => {
    await given('X_AAA_USDT_1h.csv', csv(row(0)));
    const away = { environment: { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }, cwd: folder.path };
    const end = await runCli(['candles', 'import', 'X_AAA_USDT_1h.csv', '--json'], away);
    expect(problemOf(end).code).toBe('database-unreachable');
    expect(end.code).toBe(7);
  });
});
