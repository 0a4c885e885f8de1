import type { PlanDecision, PortfolioConfiguration } from '#domain';
import { NOW_MS, openTradingDatabase, type TradingDatabase } from '../trading/trading-rows.js';
import { openExecutor } from './executor.js';
import { acceptancesOf, aSimulatedSide, balancesOf, heldTime, type SimulatedSideOptions } from './simulated-side.js';
import { aDraft, aTradedPortfolio, booksOf, cutBack } from './traded-portfolio.js';

export interface WorldOptions extends SimulatedSideOptions {
  readonly configuration?: PortfolioConfiguration;
  readonly state?: string;
  readonly decision?: PlanDecision;
}

let database: TradingDatabase;

/** To be called once in a file of tests. */
export function useTradingDatabase(): () => TradingDatabase {
  beforeAll(async () => {
    database = await openTradingDatabase();
  });
  afterAll(() => database.close());
  beforeEach(() => database.query('TRUNCATE trading_account, market, kill_switch, breaker, outbox CASCADE'));
  return () => database;
}

/** A portfolio with a draft, its account at a venue in this process, and executors; time is the test's. */
export async function openWorld({ configuration, state, decision = cutBack(NOW_MS), ...sideOptions }: WorldOptions = {}) {
  const time = heldTime();
  const traded = await aTradedPortfolio(database, NOW_MS, { ...(configuration === undefined ? {} : { configuration }), ...(state === undefined ? {} : { state }) });
  const accountId = traded.account.id;
  const side = await aSimulatedSide(database, accountId, time.clock, sideOptions);
  const executor = openExecutor({ database, venue: side.venue, ...time });
  const planId = await aDraft(database, executor.store, traded, decision);
  return {
    ...time, ...side, executor, traded, accountId, planId, database,
    drive: executor.drive.bind(null, planId),
    books: () => booksOf(database, accountId),
    balances: () => balancesOf(side.simulated, accountId),
    /** One POST for each client order id, one order for each attempt, and the books as the venue has it. */
    expectSafe: async () => {
      expect([...side.trading.posts.values()].filter((count) => count > 1)).toEqual([]);
      expect(Object.values(acceptancesOf(side.simulated, accountId)).filter((count) => count > 1)).toEqual([]);
      const attempts = await database.query<{ intent: string; id: string }>('SELECT intent_id AS intent, client_order_id AS id FROM order_attempt WHERE account_id = $1', [accountId]);
      const accepted = acceptancesOf(side.simulated, accountId);
      const intents = attempts.filter(({ id }) => accepted[id] !== undefined).map(({ intent }) => intent);
      expect(new Set(intents).size).toBe(intents.length);
      expect(await booksOf(database, accountId)).toEqual(balancesOf(side.simulated, accountId));
      expect(await executor.ledger.rebuiltDifferences(accountId)).toEqual([]);
    },
  };
}

export type World = Awaited<ReturnType<typeof openWorld>>;

/** The plan executes, its sale has not gone out. */
export async function openAtFirstLeg(options: WorldOptions = {}): Promise<World & { readonly intentId: string }> {
  const world = await openWorld(options);
  const { plan, intents } = (await world.executor.store.plan(world.planId))!;
  await world.executor.store.changePlan({ planId: plan.id, version: plan.version, atMs: world.clock.nowMs(), to: { state: 'executing', endReason: null, reason: null }, nextActionMs: NOW_MS, jobs: [] });
  return { ...world, intentId: intents[0]!.id };
}

/** Of the first leg. */
export const intentOf = async ({ executor, planId }: World) => (await executor.store.plan(planId))!.intents[0]!;
