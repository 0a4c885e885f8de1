import type { Clock, ExecutionVenue } from '#application';
import { CandleColumnsBuilder, type DecimalText } from '#domain';
import { SimulatedMarketData, SimulatedTrading, usualRules, type ReplayedMarket, type SimulatedVenue, type VenueOptions } from '#exchange';
import { aSimulatedVenue } from '#testing';
import { aMarket, NOW_MS, type TradingDatabase } from '../trading/trading-rows.js';
import { FaultyTrading } from './faulty-trading.js';
import { BASES, HOLDINGS, PRICES } from './traded-portfolio.js';

const MINUTE_MS = 60_000;
const DAY_BARS = 1_440;
const LATER_BARS = 180;

/** Time that a test lets pass; pauses take none of anybody's. */
export function heldTime(startMs = NOW_MS) {
  let nowMs = startMs;
  const pass = (ms: number): void => void (nowMs += ms);
  const clock: Clock = { nowMs: () => nowMs };
  return { clock, pass, timer: { pause: async (ms: number) => pass(ms) } };
}

export interface SimulatedSideOptions {
  /** Prices by minute from NOW_MS on, by asset: those of `PRICES`, and of the last minute for ever, unless told. */
  readonly prices?: Partial<Record<(typeof BASES)[number], readonly number[]>>;
  readonly feeIn?: VenueOptions['feeIn'];
  readonly book?: NonNullable<VenueOptions['book']>;
}

const rulesOf = (base: string, index: number) => usualRules(base, PRICES[index]!, { takerFee: '0.0005', priceTick: '0.0001', orderTypes: ['MARKET', 'LIMIT', 'IMMEDIATE_OR_CANCEL'] });

/** A venue in this process: no spread, no end of depth, fees of 0.05 % in quote, prices that stand still unless told otherwise. */
export async function aSimulatedSide(database: TradingDatabase, accountId: string, clock: Clock, { prices = {}, feeIn = 'quote', book = 'ideal' }: SimulatedSideOptions = {}) {
  const replayed = BASES.map((base, index) => aRecord(`${base}USDT`, prices[base] ?? [PRICES[index]!]));
  const simulated = aSimulatedVenue({
    historyFromMs: NOW_MS - 60 * 86_400_000, speedFromMs: NOW_MS, book, feeIn, markets: BASES.map((base, index) => ({ rules: rulesOf(base, index), listedMs: 0 })),
    replay: { cursorMs: NOW_MS, markets: replayed },
  });
  for (const [asset, quantity] of Object.entries(HOLDINGS)) simulated.setFree(accountId, asset, quantity);
  for (const [index, base] of BASES.entries()) await aMarket(database, base, { rules: rulesOf(base, index), seenMs: NOW_MS });
  const trading = new FaultyTrading(new SimulatedTrading(simulated, accountId, clock));
  const marketData = new SimulatedMarketData(simulated, clock);
  const side = { isClockTrusted: true, resyncs: 0 };
  const venue: ExecutionVenue = {
    accountId, mode: 'live', venue: 'SIMULATOR', trading,
    orderBook: (marketId) => marketData.orderBook(marketId, 50),
    exchangeNowMs: () => (side.isClockTrusted ? clock.nowMs() : null),
    resyncClock: async () => void (side.resyncs += 1),
  };
  return { venue, trading, simulated, side };
}

function aRecord(marketId: string, prices: readonly number[]): ReplayedMarket {
  const columns = new CandleColumnsBuilder();
  for (let minute = -DAY_BARS; minute < LATER_BARS; minute++) {
    const price = prices[Math.min(Math.max(minute, 0), prices.length - 1)]!;
    columns.push({ openTimeMs: NOW_MS + minute * MINUTE_MS, open: price, high: price, low: price, close: price, volume: 1_000 });
  }
  return { marketId, intervalMs: MINUTE_MS, columns: columns.take() };
}

/** What the venue says of an account, by asset, without what is zero. */
export function balancesOf(simulated: SimulatedVenue, accountId: string): Readonly<Record<string, DecimalText>> {
  const held = simulated.balances(accountId).filter(({ free }) => Number(free) !== 0).map(({ asset, free }) => [asset, free] as const);
  return Object.fromEntries(held.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** How often each client order id came to be an order. */
export function acceptancesOf(simulated: SimulatedVenue, accountId: string): Readonly<Record<string, number>> {
  const orders = BASES.flatMap((base) => simulated.orders(accountId, `${base}USDT`, 0, Infinity, Infinity));
  const counts: Record<string, number> = {};
  for (const { clientOrderId } of orders) counts[clientOrderId ?? ''] = (counts[clientOrderId ?? ''] ?? 0) + 1;
  return counts;
}
