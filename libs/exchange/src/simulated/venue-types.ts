import type { CandleColumns, DecimalText, MarketRules } from '#domain';
import type { CourseChange } from './path-clock.js';

export type { CourseChange } from './path-clock.js';

/** Orders in the words of the venue, so that the simulator's REST dialect only has to spell them. */
export type VenueOrderType = 'LIMIT' | 'LIMIT_MAKER' | 'MARKET' | 'IMMEDIATE_OR_CANCEL' | 'FILL_OR_KILL';
export type VenueSide = 'BUY' | 'SELL';
export type VenueStatusWord = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'PARTIALLY_CANCELED';

export interface OrderDraft {
  readonly accountId: string;
  readonly marketId: string;
  readonly side: VenueSide;
  readonly type: VenueOrderType;
  readonly quantity: DecimalText | null;
  /** Only of MARKET orders. */
  readonly quoteOrderQuantity: DecimalText | null;
  readonly price: DecimalText | null;
  /** Not unique unless the venue is told so: nothing in MEXC's documents says that it is. */
  readonly clientOrderId: string | null;
}

export interface SimulatedOrder {
  /** Such as C02__385413065019117569043. */
  readonly orderId: string;
  readonly clientOrderId: string | null;
  readonly accountId: string;
  readonly marketId: string;
  readonly side: VenueSide;
  readonly type: VenueOrderType;
  readonly status: VenueStatusWord;
  /** Of a MARKET order a bound some 5 % off the market, never a fill price. */
  readonly price: DecimalText;
  /** Of a buy by quote value: that value over the bound, so the executed quantity may exceed it. */
  readonly originalQuantity: DecimalText;
  readonly originalQuoteQuantity: DecimalText | null;
  readonly executedQuantity: DecimalText;
  readonly executedQuote: DecimalText;
  readonly createdMs: number;
  readonly updatedMs: number;
}

export interface SimulatedFill {
  readonly tradeId: string;
  readonly orderId: string;
  readonly clientOrderId: string | null;
  readonly accountId: string;
  readonly marketId: string;
  readonly side: VenueSide;
  readonly price: DecimalText;
  readonly quantity: DecimalText;
  readonly quoteQuantity: DecimalText;
  readonly commission: DecimalText;
  readonly commissionAsset: string;
  readonly isMaker: boolean;
  readonly timeMs: number;
}

/** The venue's numeric code and words: 30002, 30003, 30004, 30005, 10007, 30014, 10096 ... */
export interface Rejection {
  readonly code: number;
  readonly message: string;
}

export type PlaceResult =
  | { readonly kind: 'accepted'; readonly order: SimulatedOrder; readonly fills: readonly SimulatedFill[] }
  | { readonly kind: 'rejected'; readonly rejection: Rejection };

export interface AccountBalance {
  readonly asset: string;
  readonly free: DecimalText;
  readonly locked: DecimalText;
}

/** A bar in the venue's words, open or closed; `closeMs` = open + interval. */
export interface SimulatedCandle {
  readonly openMs: number;
  readonly open: DecimalText;
  readonly high: DecimalText;
  readonly low: DecimalText;
  readonly close: DecimalText;
  readonly volume: DecimalText;
  readonly quoteVolume: DecimalText;
}

export interface PublicTrade {
  readonly price: DecimalText;
  readonly quantity: DecimalText;
  readonly timeMs: number;
  readonly isBuyerMaker: boolean;
}

export interface DayTicker {
  readonly marketId: string;
  readonly openPrice: DecimalText;
  readonly highPrice: DecimalText;
  readonly lowPrice: DecimalText;
  readonly lastPrice: DecimalText;
  readonly previousClose: DecimalText;
  readonly bidPrice: DecimalText;
  readonly bidQuantity: DecimalText;
  readonly askPrice: DecimalText;
  readonly askQuantity: DecimalText;
  readonly volume: DecimalText;
  readonly quoteVolume: DecimalText;
  readonly openMs: number;
  readonly closeMs: number;
  readonly tradeCount: number;
}

export interface BestQuotes {
  readonly marketId: string;
  readonly bidPrice: DecimalText;
  readonly bidQuantity: DecimalText;
  readonly askPrice: DecimalText;
  readonly askQuantity: DecimalText;
}

export interface SimulatedMarket {
  readonly rules: MarketRules;
  readonly listedMs: number;
  /** How its price moves and how much of it stands in the book. Left out: that of a usual small coin, by seed and id. */
  readonly character?: MarketCharacter;
}

/** What makes a market's prices, volumes and book. Fractions are of the price unless said otherwise. */
export interface MarketCharacter {
  /** In quote. Over the years prices return to it. */
  readonly basePrice: number;
  /** Standard deviation of an ordinary day's logarithmic move, the common factor's part included. */
  readonly dailyVolatility: number;
  /** Chance per day of +55 % to +200 %, and of -22 % to -30 %. */
  readonly pumpChance: number;
  readonly crashChance: number;
  /** 0 to 1: the part of the volatility that all markets share. */
  readonly commonShare: number;
  /** 0 to 1: chance that a day, an hour of such a day, a minute of such an hour has trades at all. */
  readonly activity: { readonly day: number; readonly hour: number; readonly minute: number };
  /** Quote value traded on an ordinary day. */
  readonly dayQuoteVolume: number;
  /** From the middle to the best price. */
  readonly halfSpread: number;
  /** Quote value of a level near the top of the book. */
  readonly levelQuoteValue: number;
}

/**
 * A venue without HTTP: prices, books, matching, accounts. Deterministic: every answer follows from the options, the calls
 * so far and `nowMs`, which is the venue's clock and never goes back. `null` where a market is unknown or has no price yet.
 * The simulator app, paper trading and tests stand on it.
 *
 * What it leaves out: own orders move no price, stand in no public book and never meet each other. A resting order fills as
 * a whole, at its price, when the made book's best price comes to it. What takers took from a side of a book comes back
 * evenly within 10 s.
 */
export interface SimulatedVenue {
  markets(): readonly SimulatedMarket[];
  /**
   * Delists, pauses, changes rules: what an operator of the venue does. False where the market is unknown. Ticks and steps
   * hold for orders from then on; prices and books keep those that they began with. Resting orders wait while a market is
   * not online.
   */
  changeRules(marketId: string, change: Partial<MarketRules>): boolean;

  /**
   * How fast prices go from now on, 0: they stand; and how much of them passes at once, as if it had taken its time. The
   * clock knows nothing of it. Answers from when on: the next millisecond that the venue has not seen.
   */
  changeCourse(change: CourseChange, nowMs: number): number;

  bestQuotes(marketId: string, nowMs: number): BestQuotes | null;
  /** Best first; `updateId` grows. */
  orderBook(marketId: string, depth: number, nowMs: number): { readonly bids: readonly (readonly [DecimalText, DecimalText])[]; readonly asks: readonly (readonly [DecimalText, DecimalText])[]; readonly updateId: number } | null;
  /** Ascending, the first `limit` whose open time lies in [fromMs, toMs], the one that is still open included. */
  candles(marketId: string, intervalMs: number, fromMs: number, toMs: number, limit: number, nowMs: number): readonly SimulatedCandle[] | null;
  /** The same by calendar months (UTC). */
  monthCandles(marketId: string, fromMs: number, toMs: number, limit: number, nowMs: number): readonly SimulatedCandle[] | null;
  dayTicker(marketId: string, nowMs: number): DayTicker | null;
  publicTrades(marketId: string, limit: number, nowMs: number): readonly PublicTrade[] | null;

  /**
   * Lets time pass: resting orders meet the prices since the last call, and their fills are answered. `place`, `test` and
   * `cancel` do so by themselves first; the fills of that stand in `fills` alone.
   */
  advance(nowMs: number): readonly SimulatedFill[];
  place(draft: OrderDraft, nowMs: number): PlaceResult;
  /** All checks of `place`, nothing done. Null: it would be accepted. */
  test(draft: OrderDraft, nowMs: number): Rejection | null;
  cancel(accountId: string, marketId: string, by: { readonly orderId: string } | { readonly clientOrderId: string }, nowMs: number): SimulatedOrder | null;
  /** The newest one where a client order id was used more than once. */
  findOrder(accountId: string, marketId: string, by: { readonly orderId: string } | { readonly clientOrderId: string }): SimulatedOrder | null;
  openOrders(accountId: string, marketId: string | null): readonly SimulatedOrder[];
  /** Newest first, by time of creation in [fromMs, toMs]. */
  orders(accountId: string, marketId: string, fromMs: number, toMs: number, limit: number): readonly SimulatedOrder[];
  /** Newest first, by time in [fromMs, toMs]; of one order where its id is given. */
  fills(accountId: string, marketId: string, fromMs: number, toMs: number, limit: number, orderId?: string): readonly SimulatedFill[];

  balances(accountId: string): readonly AccountBalance[];
  /** From outside: a deposit, a withdrawal, a starting balance. */
  setFree(accountId: string, asset: string, free: DecimalText): void;

  /** Everything that was done to it, as JSON: with the same options a venue opened over it goes on where this one is. */
  state(): VenueState;
}

/**
 * Recorded candles in place of made ones. At `speedFromMs` the record stands at the first time from `cursorMs` on that has
 * the same time of day; what is older is the past that clients see, what is newer comes as time goes on. The shift is in
 * whole days, so that bars of up to a day keep their grid. When the record ends, the price stands still without volume.
 */
export interface Replay {
  readonly cursorMs: number;
  /** Markets that are not among the options' get rules that suit their prices. */
  readonly markets: readonly ReplayedMarket[];
}

export interface ReplayedMarket {
  readonly marketId: string;
  /** 1m to 1d, a divisor of the day; what is inside a bar is made up, within its open, high, low and close. */
  readonly intervalMs: number;
  readonly columns: CandleColumns;
}

/** JSON. Opaque to whoever keeps it. */
export interface VenueState {
  readonly format: 1;
  readonly [part: string]: unknown;
}

export interface VenueOptions {
  readonly seed: number;
  /** Left out: the default markets, HANA, AIA and XAN among them, and one that is dead. */
  readonly markets?: readonly SimulatedMarket[];
  /** Where made price paths begin: no candle is older. */
  readonly historyFromMs: number;
  /**
   * From here on (down to the whole minute) the price path runs `speed` times as fast as the clock: a candle of one minute
   * of the clock then gathers `speed` minutes of the path.
   */
  readonly speedFromMs: number;
  /** A whole number from 1 to 10000. */
  readonly speed: number;
  /** `ideal`: no spread, no end of depth, for comparisons with backtests. Left out: `deep`, where size costs. */
  readonly book?: 'deep' | 'ideal';
  /** Of each side of a deep book, from 1 to 120. Left out: 120. */
  readonly bookLevels?: number;
  readonly replay?: Replay;
  /** Commission of buys: in quote, in base, or in a third asset (MX) where there is some. */
  readonly feeIn: 'quote' | 'base' | 'third';
  /** True: a client order id that an account has used is refused. MEXC does not promise that. */
  readonly hasUniqueClientOrderIds: boolean;
  readonly state?: VenueState;
}
