import { setTimeout as pause } from 'node:timers/promises';
import type { ClaimFacts, ClaimRequest, ClaimVerdict } from '#application';
import { createDataSource, PostgresKillSwitchStore } from '#persistence';
import { openPostgresScene, type PostgresScene } from './postgres-scene.js';
import { aClientOrderId, NOW_MS } from './trading-rows.js';

let scene: PostgresScene;
let switches: PostgresKillSwitchStore;
/** A session of somebody else, whose transactions the test opens and ends. */
let other: ReturnType<ReturnType<typeof createDataSource>['createQueryRunner']>;
beforeAll(async () => {
  scene = await openPostgresScene();
  switches = new PostgresKillSwitchStore(scene.database.dataSource);
  other = scene.database.dataSource.createQueryRunner();
  await scene.market('HANA');
});
afterEach(async () => {
  if (other.isTransactionActive) await other.rollbackTransaction();
  await scene.database.query('TRUNCATE kill_switch');
});
afterAll(async () => {
  await other.release();
  await scene.close();
});

const anIntentToSend = async (): Promise<string> => (await scene.plan(await scene.portfolio(await scene.account()), [{}])).intentIds[0]!;

/** As the executor judges: nothing goes out under a switch that says halt. */
const judge = ({ tradingState }: ClaimFacts): ClaimVerdict =>
  tradingState === 'halt'
    ? { kind: 'end-plan', endReason: 'halted', reason: 'a kill switch says halt' }
    : { kind: 'send', terms: { kind: 'market-sell', quantity: '12000' }, notional: '600', signMs: NOW_MS, receiveWindowMs: 5_000, facts: {} };

const claim = (intentId: string) => {
  const request: ClaimRequest = { intentId, attemptNo: 1, clientOrderId: aClientOrderId(), holder: 'executor', nowMs: NOW_MS, leaseMs: 30_000, jobsAtEnd: [], judge };
  return scene.store.claim(request);
};
const engage = () => switches.engage({ scope: 'all', state: 'halt', reason: 'a drill', setBy: 'a test', setMs: NOW_MS });

/** Resolves once a session of this database waits for a lock of that kind and mode. */
async function someoneWaitsFor(kind: 'advisory' | 'relation', mode: string): Promise<void> {
  const deadlineMs = Date.now() + 2_500;
  for (;;) {
    const waiting = await scene.database.query(
      `SELECT FROM pg_locks WHERE NOT granted AND locktype = $1 AND mode = $2 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`, [kind, mode],
    );
    if (waiting.length > 0) return;
    if (Date.now() > deadlineMs) throw new Error(`nobody came to wait for ${kind} ${mode}`);
    await pause(5);
  }
}

const attemptsOf = (intentId: string) => scene.database.query('SELECT client_order_id FROM order_attempt WHERE intent_id = $1', [intentId]);

it('a kill switch that is committed stops every later claim', async () => {
  const intentId = await anIntentToSend();
  await engage();
  expect(await claim(intentId)).toEqual({ kind: 'plan-ended' });
  expect(await attemptsOf(intentId)).toEqual([]);
});

it('a claim that comes while a switch is being engaged waits for it, and sees it', async () => {
  const intentId = await anIntentToSend();
  await other.startTransaction();
  await other.query('SELECT pg_advisory_xact_lock(7310402001)');
  await other.query(`INSERT INTO kill_switch (scope, version, state, reason, set_by, set_ms, is_current) VALUES ('all', 1, 'halt', 'a drill', 'a test', $1, true)`, [NOW_MS]);
  const claiming = claim(intentId);
  await someoneWaitsFor('advisory', 'ShareLock');
  await other.commitTransaction();
  expect(await claiming).toEqual({ kind: 'plan-ended' });
});

it('a switch that is engaged while a claim is under way is committed after it, never before', async () => {
  const intentId = await anIntentToSend();
  // Holds the claim up after it was judged, at the insert of its attempt.
  await other.startTransaction();
  await other.query('LOCK TABLE order_attempt IN SHARE MODE');
  const claiming = claim(intentId);
  await someoneWaitsFor('relation', 'RowExclusiveLock');
  const attemptsSeen = engage().then(() => attemptsOf(intentId));
  await someoneWaitsFor('advisory', 'ExclusiveLock');
  await other.commitTransaction();
  expect(await claiming).toMatchObject({ kind: 'claimed' });
  expect(await attemptsSeen).toHaveLength(1);
});

it('whatever the order, no attempt comes to light after a switch was committed', async () => {
  for (let round = 0; round < 20; round++) {
    const ids = await Promise.all([1, 2, 3].map(anIntentToSend));
    const seenAfter = engage().then(() => Promise.all(ids.map(attemptsOf)));
    const results = await Promise.all(ids.map(claim));
    expect((await seenAfter).map((attempts) => attempts.length)).toEqual(results.map(({ kind }) => (kind === 'claimed' ? 1 : 0)));
    await scene.database.query('TRUNCATE kill_switch');
  }
});

it('a plan that is ended while a leg of it is claimed ends before it or not at all', async () => {
  for (let round = 0; round < 20; round++) {
    const { planId, intentIds: [intentId] } = await scene.plan(await scene.portfolio(await scene.account()), [{}]);
    const ending = { planId, version: 1, atMs: NOW_MS, to: { state: 'settling', endReason: 'deadline', reason: null }, skip: [{ intentId: intentId!, reason: 'deadline' }], nextActionMs: NOW_MS, jobs: [] } as const;
    const [{ kind }, hasEnded] = await Promise.all([claim(intentId!), scene.store.changePlan(ending)]);
    const { plan, intents } = (await scene.store.plan(planId))!;
    expect([kind, plan.state, intents[0]!.state]).toEqual(hasEnded ? ['not-new', 'settling', 'skipped'] : ['claimed', 'executing', 'sending']);
  }
});

describe('the books', () => {
  it('tell where what is kept beside them is not their sum', async () => {
    const accountId = await scene.account();
    const portfolioId = await scene.portfolio(accountId);
    await scene.ledger.post({
      key: `test-${portfolioId}`, accountId, kind: 'external-deposit', occurredMs: NOW_MS, bookedMs: NOW_MS, memo: null,
      postings: [
        { holder: { kind: 'portfolio', portfolioId }, asset: 'HANA', quantity: '10' }, { holder: { kind: 'unassigned' }, asset: 'HANA', quantity: '2.5' },
        { holder: { kind: 'external' }, asset: 'HANA', quantity: '-12.5' },
      ],
    });
    expect(await scene.ledger.rebuiltDifferences(accountId)).toEqual([]);
    await scene.database.query(`UPDATE holding SET quantity = quantity + 0.000000000000000001 WHERE portfolio_id = $1`, [portfolioId]);
    await scene.database.query(`DELETE FROM holding WHERE account_id = $1 AND portfolio_id = ''`, [accountId]);
    await scene.database.query(`INSERT INTO holding (account_id, portfolio_id, asset, quantity) VALUES ($1, '', 'AIA', 3)`, [accountId]);
    expect(await scene.ledger.rebuiltDifferences(accountId)).toEqual([
      { holder: { kind: 'unassigned' }, asset: 'AIA', kept: '3', summed: '0' },
      { holder: { kind: 'unassigned' }, asset: 'HANA', kept: '0', summed: '2.5' },
      { holder: { kind: 'portfolio', portfolioId }, asset: 'HANA', kept: '10.000000000000000001', summed: '10' },
    ]);
  });

  it('take no fill back', async () => {
    await scene.database.query(
      `INSERT INTO fill (account_id, market_id, venue_trade_id, venue_order_id, side, price, quantity, notional, fee, fee_asset, is_maker, filled_ms, booked_ms)
       VALUES ($1, 'HANAUSDT', 't', 'o', 'buy', 1, 1, 1, 0, 'USDT', false, $2, $2)`,
      [await scene.account(), NOW_MS],
    );
    await expect(scene.database.query('UPDATE fill SET quantity = 2')).rejects.toMatchObject({ code: '42501' });
    await expect(scene.database.query('DELETE FROM fill')).rejects.toMatchObject({ code: '42501' });
  });
});
