import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client } from 'pg';
import { createTestDatabase, freePort, temporaryFolder, type TemporaryFolder, type TestDatabase } from '#testing';
import { documentOf, problemOf, runCli } from './run-cli.js';

let folder: TemporaryFolder;
let database: TestDatabase;
let environment: Record<string, string>;

beforeAll(async () => {
  [folder, database] = await Promise.all([temporaryFolder(), createTestDatabase()]);
  environment = { DATABASE_URL: database.url };
});
afterAll(async () => {
  await database.drop();
  await folder.remove();
});

async function rowsOf(sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

// In this order: the first commands meet a database that was never migrated.
describe('an empty database', () => {
  it('has no table for a token, and the command that makes it is named', async () => {
    const end = await runCli(['token', 'create', '--json'], { environment });
    expect(end.code).toBe(5);
    expect(problemOf(end)).toMatchObject({ code: 'database-not-migrated', remedy: 'rebalancer migrate' });
  });

  it('is found out by doctor', async () => {
    const end = await runCli(['doctor', '--json'], { environment });
    expect(end.code).toBe(1);
    const { checks } = documentOf(end) as { checks: { name: string; status: string; fix?: string }[] };
    expect(checks).toContainEqual(expect.objectContaining({ name: 'migrations', status: 'failed', fix: 'rebalancer migrate' }));
    expect(checks).toContainEqual(expect.objectContaining({ name: 'database', status: 'ok' }));
    for (const check of checks.filter(({ status }) => status === 'failed')) expect(check.fix).toBeTruthy();
  });

  it('is migrated once', async () => {
    const first = await runCli(['migrate', '--json'], { environment });
    expect(first.code).toBe(0);
    expect((documentOf(first) as { applied: string[] }).applied.length).toBeGreaterThan(0);
    const second = await runCli(['migrate'], { environment });
    expect(second).toMatchObject({ code: 0, stdout: 'the database is up to date\n' });
  });
});

describe('a migrated database', () => {
  it('takes a token by its hash alone', async () => {
    const end = await runCli(['token', 'create', '--name', 'laptop'], { environment });
    expect(end.code).toBe(0);
    const token = end.stdout.trim();
    expect(token).toMatch(/^reb_[A-Za-z0-9_-]{43}$/);
    const sha256 = createHash('sha256').update(token).digest('hex');
    expect(await rowsOf("SELECT name, encode(token_sha256, 'hex') AS sha256 FROM access_token")).toEqual([{ name: 'laptop', sha256 }]);
  });

  it('takes candles, the same ones once, and tells what it has', async () => {
    await mkdir(path.join(folder.path, 'candles'));
    const openMs = Date.UTC(2024, 0, 1);
    const rows = Array.from({ length: 5 }, (_, hour) => `${openMs + hour * 3_600_000},1,1,1,1,${hour === 0 ? 0 : 10}`);
    await writeFile(path.join(folder.path, 'candles', 'X_AAA_USDT_1h.csv'), `open_time,open,high,low,close,volume\n${rows.join('\n')}\n`);
    const args = ['candles', 'import', path.join(folder.path, 'candles'), '--json'];
    expect(documentOf(await runCli(args, { environment }))).toMatchObject({ totals: { inserted: 5, unchanged: 0, refused: 0 } });
    expect(documentOf(await runCli(args, { environment }))).toMatchObject({ totals: { inserted: 0, unchanged: 5, refused: 0 } });
    const coverage = await runCli(['candles', 'coverage', '--json'], { environment });
    expect(documentOf(coverage)).toEqual({
      data: [
        {
          exchange: 'X',
          base: 'AAA',
          quote: 'USDT',
          interval: '1h',
          first: '2024-01-01T00:00:00.000Z',
          last: '2024-01-01T04:00:00.000Z',
          candles: 5,
          gaps: 0,
          missing: 0,
          zeroVolumeFraction: 0.2,
        },
      ],
    });
    const table = await runCli(['candles', 'coverage'], { environment: { ...environment, COLUMNS: '80' } });
    expect(table.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('a database that is not there', () => {
  it.each([[['migrate', '--wait-seconds', '0']], [['token', 'create']], [['candles', 'coverage']]])(
    'is 7 for %j, without its password',
    async (args) => {
      const url = `postgres://user:hunter2@127.0.0.1:${await freePort()}/none`;
      const end = await runCli([...args, '--json'], { environment: { DATABASE_URL: url } });
      expect(end.code).toBe(7);
      expect(problemOf(end)).toMatchObject({ code: 'database-unreachable', status: 503 });
      expect(end.stderr).not.toContain('hunter2');
    },
  );

  it('and of which nothing is known is 7 with what to do', async () => {
    const end = await runCli(['migrate', '--json']);
    expect(end.code).toBe(7);
    expect(problemOf(end).remedy).toBe('start it with npm start, or set DATABASE_URL');
  });

  it('is waited for', async () => {
    const port = await freePort();
    const started = performance.now();
    const end = await runCli(['migrate', '--wait-seconds', '1'], {
      environment: { DATABASE_URL: `postgres://u:p@127.0.0.1:${port}/none` },
    });
    expect(end.code).toBe(7);
    expect(performance.now() - started).toBeGreaterThanOrEqual(1_000);
  });

  it.each([['mysql://x'], ['not an address']])('and %j is no address', async (url) => {
    expect(await runCli(['migrate'], { environment: { DATABASE_URL: url } })).toMatchObject({ code: 2 });
  });
});
