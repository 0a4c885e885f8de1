import type { MarketRules } from '#domain';
import { Accounts, type AccountsState } from './accounts.js';
import { mix } from './chance.js';
import { checkGrid, type CandleGrid } from './candle-grid.js';
import { defaultMarkets, marketOfReplay } from './default-markets.js';
import { CommonFactor } from './made-path.js';
import { TakenLiquidity, type TakenState } from './made-book.js';
import { bestQuotesOf, candlesOf, dayTickerOf, levelsOf, tradesOf } from './market-data-view.js';
import { MatchingEngine } from './matching-engine.js';
import { OrderLog, type OrderKey, type OrderLogState } from './order-log.js';
import { PathClock, type CourseChange, type PathStretch } from './path-clock.js';
import { PathCaches } from './price-path.js';
import { openMarket, type VenueMarket } from './venue-market.js';
import type * as venue from './venue-types.js';

interface KeptState extends venue.VenueState {
  readonly lastMs: number;
  readonly accounts: AccountsState;
  readonly log: OrderLogState;
  readonly taken: TakenState;
  /** Not there in a state of before. */
  readonly course?: readonly PathStretch[];
  readonly changedRules: readonly (readonly [marketId: string, change: Partial<MarketRules>])[];
}

/** @throws Error where options are wrong, in words for whoever gave them */
export function openSimulatedVenue(options: venue.VenueOptions): venue.SimulatedVenue {
  if (!Number.isInteger(options.speed) || options.speed < 1 || options.speed > 10_000) {
    throw new Error(`speed: a whole number from 1 to 10000, was ${options.speed}`);
  }
  return new Venue(options);
}

class Venue implements venue.SimulatedVenue {
  private readonly clock: PathClock;
  private readonly byId: ReadonlyMap<string, VenueMarket>;
  private readonly accounts: Accounts;
  private readonly log: OrderLog;
  private readonly taken: TakenLiquidity;
  private readonly engine: MatchingEngine;
  private readonly changedRules: Map<string, Partial<MarketRules>>;

  constructor(options: venue.VenueOptions) {
    const state = options.state as KeptState | undefined;
    this.clock = new PathClock(options.speedFromMs, options.speed, state?.course);
    this.byId = openMarkets(options, this.clock);
    this.accounts = new Accounts(state?.accounts);
    this.log = new OrderLog(state?.log);
    this.taken = new TakenLiquidity(state?.taken);
    this.engine = new MatchingEngine(options, { markets: this.byId, accounts: this.accounts, log: this.log, taken: this.taken }, state?.lastMs ?? 0);
    this.changedRules = new Map(state?.changedRules);
    for (const [marketId, change] of this.changedRules) this.applyRules(marketId, change);
  }

  markets(): readonly venue.SimulatedMarket[] {
    return [...this.byId.values()].map(({ rules, listedMs, character }) => ({ rules, listedMs, character }));
  }

  changeRules(marketId: string, change: Partial<MarketRules>): boolean {
    if (!this.byId.has(marketId)) return false;
    this.changedRules.set(marketId, { ...this.changedRules.get(marketId), ...change, marketId });
    this.applyRules(marketId, change);
    return true;
  }

  changeCourse(change: CourseChange, nowMs: number): number {
    this.engine.advance(nowMs);
    // Behind what orders have met already, so that they meet what is skipped too.
    const fromMs = this.engine.lastMs + 1;
    this.clock.change(fromMs, change);
    return fromMs;
  }

  bestQuotes(marketId: string, nowMs: number): venue.BestQuotes | null {
    const market = this.byId.get(marketId);
    return market === undefined ? null : bestQuotesOf(market, this.taken, nowMs);
  }

  orderBook(marketId: string, depth: number, nowMs: number): ReturnType<venue.SimulatedVenue['orderBook']> {
    const market = this.byId.get(marketId);
    if (market === undefined) return null;
    const [bids, asks] = [levelsOf(market, 'bid', this.taken, nowMs, depth), levelsOf(market, 'ask', this.taken, nowMs, depth)];
    if (bids === null || asks === null) return null;
    const inText = (levels: typeof bids) =>
      levels.map(({ price, quantity }) => [market.price.text(price), market.quantity.text(quantity)] as const);
    return { bids: inText(bids), asks: inText(asks), updateId: Math.floor(nowMs) };
  }

  candles(marketId: string, intervalMs: number, fromMs: number, toMs: number, limit: number, nowMs: number): readonly venue.SimulatedCandle[] | null {
    return this.candlesOn(intervalMs, marketId, { fromMs, toMs, limit }, nowMs);
  }

  monthCandles(marketId: string, fromMs: number, toMs: number, limit: number, nowMs: number): readonly venue.SimulatedCandle[] | null {
    return this.candlesOn('month', marketId, { fromMs, toMs, limit }, nowMs);
  }

  dayTicker(marketId: string, nowMs: number): venue.DayTicker | null {
    const market = this.byId.get(marketId);
    return market === undefined ? null : dayTickerOf(market, this.taken, nowMs);
  }

  publicTrades(marketId: string, limit: number, nowMs: number): readonly venue.PublicTrade[] | null {
    const market = this.byId.get(marketId);
    return market === undefined || market.feed.priceAt(nowMs) === null ? null : tradesOf(market, limit, nowMs);
  }

  advance(nowMs: number): readonly venue.SimulatedFill[] {
    return this.engine.advance(nowMs);
  }

  place(draft: venue.OrderDraft, nowMs: number): venue.PlaceResult {
    return this.engine.place(draft, nowMs);
  }

  test(draft: venue.OrderDraft, nowMs: number): venue.Rejection | null {
    return this.engine.test(draft, nowMs);
  }

  cancel(accountId: string, marketId: string, by: OrderKey, nowMs: number): venue.SimulatedOrder | null {
    return this.engine.cancel(accountId, marketId, by, nowMs);
  }

  findOrder(accountId: string, marketId: string, by: OrderKey): venue.SimulatedOrder | null {
    return this.log.find(accountId, marketId, by)?.order ?? null;
  }

  openOrders(accountId: string, marketId: string | null): readonly venue.SimulatedOrder[] {
    const orders = this.log.open().map(({ order }) => order);
    return orders.filter((order) => order.accountId === accountId && (marketId === null || order.marketId === marketId));
  }

  orders(accountId: string, marketId: string, fromMs: number, toMs: number, limit: number): readonly venue.SimulatedOrder[] {
    return this.log.ordersOf(accountId, marketId, { fromMs, toMs, limit });
  }

  fills(accountId: string, marketId: string, fromMs: number, toMs: number, limit: number, orderId?: string): readonly venue.SimulatedFill[] {
    return this.log.fillsOf(accountId, marketId, { fromMs, toMs, limit }, orderId);
  }

  balances(accountId: string): readonly venue.AccountBalance[] {
    return this.accounts.balances(accountId);
  }

  setFree(accountId: string, asset: string, free: string): void {
    this.accounts.setFree(accountId, asset, free);
  }

  state(): venue.VenueState {
    const state: KeptState = {
      format: 1,
      lastMs: this.engine.lastMs,
      accounts: this.accounts.state(),
      log: this.log.state(),
      taken: this.taken.state(this.engine.lastMs),
      course: this.clock.changes,
      changedRules: [...this.changedRules],
    };
    return state;
  }

  private candlesOn(grid: CandleGrid, marketId: string, span: Parameters<typeof candlesOf>[2], nowMs: number): readonly venue.SimulatedCandle[] | null {
    checkGrid(grid);
    const market = this.byId.get(marketId);
    return market === undefined ? null : candlesOf(market, grid, span, nowMs);
  }

  private applyRules(marketId: string, change: Partial<MarketRules>): void {
    const market = this.byId.get(marketId);
    if (market !== undefined) market.rules = { ...market.rules, ...change, marketId };
  }
}

function openMarkets(options: venue.VenueOptions, clock: PathClock): ReadonlyMap<string, VenueMarket> {
  const markets = marketsOf(options);
  const parts = {
    options,
    clock,
    caches: new PathCaches(markets.length),
    common: new CommonFactor(mix(options.seed, 0x0c0)),
  };
  return new Map(markets.map((market, index) => [market.rules.marketId, openMarket(market, index, parts)]));
}

/** Without a list: the replayed markets, or else the default ones. Replayed markets that the list lacks are added to it. */
function marketsOf({ markets, replay, ...options }: venue.VenueOptions): readonly venue.SimulatedMarket[] {
  if (replay === undefined) return markets ?? defaultMarkets(options);
  const listed = markets ?? [];
  const isListed = (marketId: string) => listed.some(({ rules }) => rules.marketId === marketId);
  return [...listed, ...replay.markets.filter(({ marketId }) => !isListed(marketId)).map(marketOfReplay)];
}
