import { CandleColumnsBuilder, type MarketRules } from '#domain';
import { openSimulatedVenue, usualRules, type OrderDraft, type ReplayedMarket, type SimulatedMarket, type SimulatedVenue, type VenueOptions } from '#exchange';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** 2026-01-15T12:00:00Z, a Thursday: where the clocks of simulated venues in tests stand. */
export const VENUE_NOW_MS = 1_768_478_400_000;

export function aSimulatedVenue(change: Partial<VenueOptions> = {}): SimulatedVenue {
  return openSimulatedVenue({
    seed: 1,
    historyFromMs: VENUE_NOW_MS - 60 * DAY_MS,
    speedFromMs: VENUE_NOW_MS,
    speed: 1,
    feeIn: 'quote',
    hasUniqueClientOrderIds: false,
    ...change,
  });
}

/** Open, high, low and close of consecutive minutes from VENUE_NOW_MS on; the price rests at the first open on the day before. */
export type MinuteBars = readonly (readonly [open: number, high: number, low: number, close: number])[];

/** Options for a venue of one market, HANAUSDT, that shows exactly these bars, with no spread unless told otherwise. */
export function scriptedPrices(bars: MinuteBars, rules: Partial<MarketRules> = {}): Pick<VenueOptions, 'book' | 'replay' | 'markets'> {
  const columns = new CandleColumnsBuilder();
  const fromMs = VENUE_NOW_MS - 1_440 * MINUTE_MS;
  for (let i = 0; i < 1_440; i++) columns.push(aBar(fromMs + i * MINUTE_MS, [bars[0]![0], bars[0]![0], bars[0]![0], bars[0]![0]]));
  bars.forEach((bar, i) => columns.push(aBar(VENUE_NOW_MS + i * MINUTE_MS, bar)));
  const record: ReplayedMarket = { marketId: 'HANAUSDT', intervalMs: MINUTE_MS, columns: columns.take() };
  const market: SimulatedMarket = { rules: usualRules('HANA', 100, { priceTick: '0.01', ...rules }), listedMs: 0 };
  return { book: 'ideal', markets: [market], replay: { cursorMs: VENUE_NOW_MS, markets: [record] } };
}

function aBar(openTimeMs: number, [open, high, low, close]: MinuteBars[number]) {
  return { openTimeMs, open, high, low, close, volume: 1_000 };
}

/** Unless told otherwise a market buy of HANA for 100 USDT by the account `a`. */
export function anOrder(change: Partial<OrderDraft> = {}): OrderDraft {
  const nothing = { quantity: null, quoteOrderQuantity: null, price: null, clientOrderId: null };
  const draft = { accountId: 'a', marketId: 'HANAUSDT', side: 'BUY', type: 'MARKET', ...nothing, ...change } as const;
  const isWithoutSize = draft.quantity === null && draft.quoteOrderQuantity === null && change.quoteOrderQuantity === undefined;
  return isWithoutSize && draft.side === 'BUY' && draft.type === 'MARKET' ? { ...draft, quoteOrderQuantity: '100' } : draft;
}
