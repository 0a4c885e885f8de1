import { execFile } from 'node:child_process';
import { chmod, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { createDataSource } from '#persistence';
import { temporaryFolder, type TemporaryFolder } from '#testing';
import { until } from '../ingestor/ingest-product.js';
import { LIVE_ACCOUNT } from '../trading/trading-product.js';
import { startOwnPostgres, type OwnPostgres } from './own-postgres.js';
import { openFaultScene, type FaultScene } from './fault-scene.js';

const run = promisify(execFile);
const DISK_MEBIBYTES = 192;
const ACCOUNT_LOCK = `SELECT pg_advisory_xact_lock(731040, hashtext('${LIVE_ACCOUNT}'))`;
const ACCOUNT_HOLDERS_THAT_WAIT = `SELECT count(*)::int AS count FROM pg_locks held JOIN pg_locks waited ON waited.pid = held.pid
  WHERE held.locktype = 'advisory' AND held.classid = 731040 AND held.granted AND NOT waited.granted`;

let disk: TemporaryFolder;
let postgres: OwnPostgres;
let scene: FaultScene;
beforeAll(async () => {
  disk = await temporaryFolder();
  // A disk small enough to be filled; it takes root, and fails without.
  await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MEBIBYTES}m`, 'tmpfs', disk.path]);
  await chmod(disk.path, 0o711);
  postgres = await startOwnPostgres(disk.path);
  scene = await openFaultScene({ database: postgres });
  await scene.startAll();
}, 120_000);
afterEach(() => scene.calm());
afterAll(async () => {
  await scene?.close();
  await postgres?.stop();
  await run('umount', [disk.path]);
  await disk.remove();
});

/** A session of somebody else's. */
async function aSession(url = postgres.url) {
  const source = await createDataSource({ url, poolSize: 1, applicationName: 'intruder' }).initialize();
  const session = source.createQueryRunner();
  await session.connect();
  return { query: (text: string): Promise<unknown> => session.query(text), end: () => source.destroy() };
}

/** Sessions that wait for a lock of another. */
const untilBlocked = () => until(() => scene.query<{ readonly count: number }>(`SELECT count(*)::int AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name <> 'intruder'`), ([row]) => row!.count > 0);

it('row 34: a claim meets a session that locks the same the other way round: one of both is sent back, and the plan is done', async () => {
  const portfolio = await scene.aPortfolio('row 34');
  const intruder = await aSession();
  await scene.untilInFlight(portfolio);
  const deadlocks = async () => (await scene.query<{ readonly count: number }>('SELECT deadlocks::int AS count FROM pg_stat_database WHERE datname = current_database()'))[0]!.count;
  const before = await deadlocks();
  // Orders first, where the product locks the account first.
  await intruder.query(`BEGIN; SELECT FROM order_intent WHERE portfolio_id = '${portfolio.id}' FOR UPDATE`);
  await until(() => scene.query<{ readonly count: number }>(ACCOUNT_HOLDERS_THAT_WAIT), ([row]) => row!.count > 0);
  await intruder.query(ACCOUNT_LOCK).catch(() => undefined);
  await intruder.query('ROLLBACK');
  await intruder.end();
  await until(deadlocks, (count) => count > before);
  await scene.expectBought(portfolio);
  await scene.expectSettled();
});

it('row 35: the disk of Postgres is full: nothing is sent, and all of it once there is room', async () => {
  const portfolio = await scene.aPortfolio('row 35');
  await scene.untilInFlight(portfolio);
  const filler = path.join(disk.path, 'filler');
  try {
    // To the last byte: it fails where the disk is full.
    await expect(writeFile(filler, Buffer.alloc(DISK_MEBIBYTES * 2 ** 20))).rejects.toThrow(/ENOSPC/u);
    const intruder = await aSession();
    await expect(intruder.query('CREATE TABLE filler AS SELECT repeat(md5(n::text), 1000) AS words FROM generate_series(1, 50000) n')).rejects.toThrow(/No space left/u);
    await intruder.end();
    await scene.pause(3_000);
  } finally {
    await rm(filler);
  }
  await scene.expectBought(portfolio);
  await scene.expectSettled();
});

it('row 36: all sessions of Postgres are taken by others: a process without one waits, and goes on when there are some', async () => {
  const portfolio = await scene.aPortfolio('row 36');
  await scene.untilInFlight(portfolio);
  const hoard = await createDataSource({ url: postgres.url, poolSize: 100, applicationName: 'hoard' }).initialize();
  const sessions = [];
  try {
    for (;;) {
      const session = hoard.createQueryRunner();
      await session.connect();
      sessions.push(session);
    }
  } catch (error) {
    expect(String(error)).toMatch(/too many clients|remaining connection slots/u);
  }
  expect(sessions.length).toBeGreaterThan(10);
  // Theirs are cut, and taken at once by none of them: all that opens now is refused.
  await scene.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'order-executor%' OR application_name LIKE 'strategy-evaluator%'`);
  await scene.pause(2_000);
  await hoard.destroy();
  await scene.expectBought(portfolio);
  await scene.expectSettled();
});

it.each([
  ['a lock on the account that another session holds', `BEGIN; ${ACCOUNT_LOCK}`],
  ['a lock on every plan', `BEGIN; LOCK TABLE rebalance_plan IN EXCLUSIVE MODE`],
])('row 37: %s: waited for no longer than allowed, and the plan goes on when it is gone', async (what, statement) => {
  const portfolio = await scene.aPortfolio(`row 37 ${what}`);
  const intruder = await aSession();
  await scene.untilInFlight(portfolio, 500);
  await intruder.query(statement);
  await untilBlocked();
  await scene.apps.get('order-executor')!.untilOutput(/lock timeout/u);
  await intruder.query('ROLLBACK');
  await intruder.end();
  await scene.expectBought(portfolio);
  await scene.expectSettled();
});

it('row 38: Postgres answers every query a second late in the middle of a plan: slow, and right', async () => {
  const portfolio = await scene.aPortfolio('row 38');
  await scene.untilInFlight(portfolio);
  scene.links.database.set({ delayMs: 500 });
  await scene.apps.get('order-executor')!.untilOutput(/round-slow|not-sent|order-outcome/u);
  await scene.pause(5_000);
  scene.links.database.set('pass');
  await scene.expectBought(portfolio);
  await scene.expectSettled();
});

// The last one: what was restored does not know what the exchange has.
it('row 40: a backup from before a plan is restored: its orders are found at the exchange, their fills booked, and the account halted', async () => {
  const portfolio = await scene.aPortfolio('row 40');
  const copy = `${postgres.dataPath}.copy`;
  await postgres.crash();
  await run('cp', ['-a', postgres.dataPath, copy]);
  await postgres.startAgain();
  await scene.run(portfolio);
  await scene.expectBought(portfolio);
  await postgres.crash();
  await rm(postgres.dataPath, { recursive: true });
  await run('mv', [copy, postgres.dataPath]);
  await postgres.startAgain();
  expect(await until(() => scene.haltReason().catch(() => null), (reason) => reason !== null)).toMatch(/restored from a backup/u);
  const posted = await scene.posts();
  await scene.pause(2_000);
  expect(await scene.posts()).toBe(posted);
  // Every fill is in the books again, as of nobody's order.
  await scene.expectSettled(/^(the venue's order \S+ belongs to no attempt|a fill that nobody here ordered|the account \S+ is halted: |a flow from outside was booked)/u);
});
