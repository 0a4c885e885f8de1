import { ulid } from 'ulid';
import {
  AdoptOrders, BookExternalFlows, BookFills, CompareAccount, ExecutionJobs, NO_FAILPOINT, PausePortfolios, ReconcileAccount, SweepTrades,
  type ExecutionVenue, type LatestPrice, type OrderTerms,
} from '#application';
import { CandleColumnsBuilder, DEFAULT_PARAMETERS, type OrderSide } from '#domain';
import { SimulatedMarketData, SimulatedTrading, usualRules, type ReplayedMarket, type VenueOptions } from '#exchange';
import { PostgresAccountStore, PostgresExecutionStore, PostgresLedgerStore, PostgresMarketStore, PostgresPortfolioStore } from '#persistence';
import { anOrder, aSimulatedVenue } from '#testing';
import { aConfiguration, aMarket, anAttempt, anIntent, aPlan, aPortfolio, NOW_MS, type TradingDatabase } from '../trading/trading-rows.js';

const DAY_MS = 86_400_000;
const CONFIRM_MS = 60_000;
export const PRICE = 100;
const QUEUES = { plan: { queue: 'plan-advance', priority: 1 }, order: { queue: 'order-advance', priority: 1 }, evaluate: { queue: 'portfolio-evaluate', priority: 1 } };
const ids = { next: (prefix: string): string => `${prefix}_${ulid()}` };

/** A live account at a venue in this process where HANA costs 100 at any time and any size, and a trade 0.05 %; time is the test's. */
export async function openReconciledAccount(database: TradingDatabase, options: Pick<Partial<VenueOptions>, 'feeIn'> = {}) {
  const accountId = `live-${ulid()}`;
  let nowMs = NOW_MS;
  const clock = { nowMs: () => nowMs };
  const rules = usualRules('HANA', PRICE, { priceTick: '0.01', takerFee: '0.0005' });
  const simulated = aSimulatedVenue({ historyFromMs: NOW_MS - 60 * DAY_MS, speedFromMs: NOW_MS, book: 'ideal', markets: [rules, usualRules('MX', PRICE)].map((each) => ({ rules: each, listedMs: 0 })), replay: { cursorMs: NOW_MS, markets: ['HANAUSDT', 'MXUSDT'].map(flatRecord) }, ...options });
  simulated.setFree(accountId, 'USDT', '10000');
  await aMarket(database, 'HANA', { rules });
  const events: { readonly event: string }[] = [];
  const note = (fields: object): void => void events.push(fields as { readonly event: string });
  const log = { info: note, warn: note, error: note };
  const trading = new SimulatedTrading(simulated, accountId, clock);
  const venue: ExecutionVenue = {
    accountId, mode: 'live', venue: 'SIMULATOR', trading, exchangeNowMs: () => nowMs, resyncClock: async () => undefined,
    orderBook: (marketId) => new SimulatedMarketData(simulated, clock).orderBook(marketId, 5),
  };
  const store = new PostgresExecutionStore(database.dataSource, QUEUES);
  const accounts = new PostgresAccountStore(database.dataSource, { queue: 'account-reconcile', priority: 1 });
  const ledger = new PostgresLedgerStore(database.dataSource);
  const portfolios = new PostgresPortfolioStore(database.dataSource);
  const pause = new PausePortfolios({ portfolios, clock, log });
  const adopt = new AdoptOrders({ store, accounts, jobs: new ExecutionJobs(QUEUES), holder: 'executor-1', clock, log, onQueued: () => undefined });
  const price = { mid: PRICE } as LatestPrice;
  const newReconcile = () => new ReconcileAccount({
    venues: { of: async (id) => (id === accountId ? venue : null) }, accounts, ledger, clock, ids, failpoint: NO_FAILPOINT, log, confirmAfterMs: CONFIRM_MS,
    sweep: new SweepTrades({ store, accounts, adopt, pause, clock, failpoint: NO_FAILPOINT, log, books: new BookFills({ store, accounts, clock, failpoint: NO_FAILPOINT, log }) }),
    compare: new CompareAccount({ store, accounts, markets: new PostgresMarketStore(database.dataSource) }),
    flows: new BookExternalFlows({ ledger, store, prices: { read: async (_venue, marketIds) => marketIds.map(() => price) }, pause, clock, log }),
  });
  const reconcile = newReconcile();
  await accounts.register({ id: accountId, mode: 'live', venue: 'SIMULATOR', keyFingerprint: null, canWithdraw: null }, nowMs);
  const run = () => reconcile.run({ accountId, cause: 'schedule' });
  const pass = (ms: number): void => void (nowMs += ms);
  return {
    accountId, simulated, store, accounts, ledger, portfolios, events, venue, run, pass, clock,
    /** As another process does at the same time. */
    runElsewhere: () => newReconcile().run({ accountId, cause: 'schedule' }),
    /** Two comparisons, as far apart as a difference must stay to count. */
    confirm: async () => {
      await run();
      pass(CONFIRM_MS);
      return run();
    },
    /** What the books say and what the venue does, by asset, without what is zero: equal where all is well. */
    both: async () => {
      const booked = (await accounts.bookedBalances(accountId)).map(({ asset, quantity }) => [asset, Number(quantity)] as const);
      const held = simulated.balances(accountId).map(({ asset, free, locked }) => [asset, Number(free) + Number(locked)] as const);
      return { booked: nonZero(booked), venue: nonZero(held) };
    },
    holders: async (asset: string) => {
      const held = (await accounts.bookedBalances(accountId)).find((balance) => balance.asset === asset);
      return { unassigned: Number(held?.unassigned ?? 0), portfolios: Object.fromEntries((held?.portfolios ?? []).map(({ portfolioId, quantity }) => [portfolioId, Number(quantity)])) };
    },
    /** Running; it gets so much of what is unassigned. */
    portfolioWith: async (assets: Readonly<Record<string, string>>) => {
      const parameters = DEFAULT_PARAMETERS;
      const configuration = aConfiguration({ assets: [{ base: 'HANA', marketId: 'HANAUSDT' }], parameters });
      const row = await aPortfolio(database, { id: accountId, mode: 'live', venue: 'SIMULATOR' }, { configuration });
      for (const [asset, quantity] of Object.entries(assets)) {
        const postings = [{ holder: { kind: 'portfolio', portfolioId: row.id }, asset, quantity }, { holder: { kind: 'unassigned' }, asset, quantity: `-${quantity}` }] as const;
        await ledger.post({ key: `allocation:${row.id}:${asset}`, accountId, kind: 'allocation', occurredMs: nowMs, bookedMs: nowMs, memo: null, postings });
      }
      return row;
    },
    /** By somebody at the venue's own page, unless an id is given. */
    trade: (side: OrderSide, size: string, clientOrderId: string | null = null) => {
      const sized = side === 'buy' ? { quoteOrderQuantity: size, quantity: null } : { quantity: size, quoteOrderQuantity: null };
      const placed = simulated.place(anOrder({ accountId, side: side === 'buy' ? 'BUY' : 'SELL', type: 'MARKET', clientOrderId, ...sized }), nowMs);
      if (placed.kind !== 'accepted') throw new Error(placed.rejection.message);
      return placed.order;
    },
    /** A leg whose order was sent, with its attempt in this state and not known to have reached the venue. */
    lostOrder: async (portfolio: Awaited<ReturnType<typeof aPortfolio>>, state: 'unknown' | 'dead' | 'not-sent', quoteValue: string) => {
      const plan = await aPlan(database, portfolio, { createdMs: nowMs });
      const intent = await anIntent(database, plan, { side: 'buy', quoteValue, state: state === 'not-sent' ? 'rejected' : state, attemptCount: 1, leaseEpoch: 1 });
      const terms: OrderTerms = { kind: 'market-buy', quoteValue };
      const clientOrderId = await anAttempt(database, intent, { terms, notional: quoteValue, state, createdMs: nowMs, settledMs: state === 'unknown' ? null : nowMs });
      return { planId: plan.id, intentId: intent.id, clientOrderId };
    },
  };
}

export type ReconciledAccount = Awaited<ReturnType<typeof openReconciledAccount>>;

const nonZero = (pairs: readonly (readonly [string, number])[]): Readonly<Record<string, number>> =>
  Object.fromEntries(pairs.filter(([, quantity]) => quantity !== 0).toSorted(([a], [b]) => (a < b ? -1 : 1)));

function flatRecord(marketId: string): ReplayedMarket {
  const columns = new CandleColumnsBuilder();
  for (let minute = -1_440; minute < 10; minute++) columns.push({ openTimeMs: NOW_MS + minute * 60_000, open: PRICE, high: PRICE, low: PRICE, close: PRICE, volume: 1_000 });
  return { marketId, intervalMs: 60_000, columns: columns.take() };
}
