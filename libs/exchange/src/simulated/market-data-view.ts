import { halfSpreadTicks, madeLevels, MOST_LEVELS, withoutTaken, type BookSide, type Level, type TakenLiquidity } from './made-book.js';
import { nextOpenMs, firstOpenMs, type CandleGrid } from './candle-grid.js';
import type { ValuedBar } from './price-path.js';
import type { BestQuotes, DayTicker, PublicTrade, SimulatedCandle } from './venue-types.js';
import { quoteText, type VenueMarket } from './venue-market.js';

/**
 * A side of the book as clients see it, best first: the made one less what own orders took. Up to `depth` levels, as many as
 * there are where it is left out; null before the first price.
 */
export function levelsOf(market: VenueMarket, side: BookSide, taken: TakenLiquidity, nowMs: number, depth = MOST_LEVELS): readonly Level[] | null {
  const price = market.feed.priceAt(nowMs);
  if (price === null) return null;
  const gone = market.book.kind === 'ideal' ? 0 : taken.of(market.rules.marketId, side, nowMs);
  if (gone === 0) return madeLevels(market.book, side, price, nowMs, depth);
  return withoutTaken(madeLevels(market.book, side, price, nowMs, MOST_LEVELS), gone).slice(0, depth);
}

export function bestQuotesOf(market: VenueMarket, taken: TakenLiquidity, nowMs: number): BestQuotes | null {
  const bid = levelsOf(market, 'bid', taken, nowMs, 1)?.[0];
  const ask = levelsOf(market, 'ask', taken, nowMs, 1)?.[0];
  if (bid === undefined || ask === undefined) return null;
  return {
    marketId: market.rules.marketId,
    bidPrice: market.price.text(bid.price),
    bidQuantity: market.quantity.text(bid.quantity),
    askPrice: market.price.text(ask.price),
    askQuantity: market.quantity.text(ask.quantity),
  };
}

export interface CandleSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
}

export function candlesOf(market: VenueMarket, grid: CandleGrid, span: CandleSpan, nowMs: number): readonly SimulatedCandle[] {
  const { feed } = market;
  const lastMs = Math.min(span.toMs, nowMs);
  const candles: SimulatedCandle[] = [];
  let openMs = firstOpenMs(grid, Math.max(span.fromMs, firstOpenMs(grid, feed.firstMs, 'holding')), 'from');
  while (openMs <= lastMs && candles.length < span.limit) {
    const closeMs = nextOpenMs(grid, openMs);
    const bar = feed.barOf(openMs, closeMs, nowMs);
    if (bar !== null) candles.push(candleOf(market, openMs, bar));
    openMs = closeMs;
  }
  return candles;
}

function candleOf({ price, quantity }: VenueMarket, openMs: number, bar: ValuedBar): SimulatedCandle {
  return {
    openMs,
    open: price.text(bar.open),
    high: price.text(bar.high),
    low: price.text(bar.low),
    close: price.text(bar.close),
    volume: quantity.text(bar.volume),
    quoteVolume: quoteText(bar.quote),
  };
}

export function dayTickerOf(market: VenueMarket, taken: TakenLiquidity, nowMs: number): DayTicker | null {
  const summary = market.feed.daySummary(nowMs);
  const quotes = bestQuotesOf(market, taken, nowMs);
  if (summary === null || quotes === null) return null;
  const { price, quantity } = market;
  return {
    ...quotes,
    openPrice: price.text(summary.open),
    highPrice: price.text(summary.high),
    lowPrice: price.text(summary.low),
    lastPrice: price.text(summary.close),
    previousClose: price.text(summary.open), // The first of the 1,440 minutes opened where the one before closed.
    volume: quantity.text(summary.volume),
    quoteVolume: quoteText(summary.quote),
    openMs: summary.openMs,
    closeMs: nowMs,
    tradeCount: summary.trades,
  };
}

export function tradesOf(market: VenueMarket, limit: number, nowMs: number): readonly PublicTrade[] {
  return market.feed.trades(limit, nowMs).map((trade) => ({
    price: market.price.text(trade.price),
    quantity: market.quantity.text(trade.quantity),
    timeMs: trade.timeMs,
    isBuyerMaker: trade.pathMs % 2 === 0,
  }));
}

/** The last price at which the best price of that side is still no better than `limit`, in ticks. */
export function lastPriceWhereReached({ book }: VenueMarket, side: BookSide, limit: number): number {
  const bestAt = (price: number) => (side === 'ask' ? price + halfSpreadTicks(book, price) : price - halfSpreadTicks(book, price));
  const isReached = (price: number) => (side === 'ask' ? bestAt(price) <= limit : bestAt(price) >= limit);
  const half = book.kind === 'ideal' ? 0 : book.character.halfSpread;
  const inward = side === 'ask' ? -1 : 1;
  // Started a little too far out, it goes inward until the best price is there: two or three steps.
  let price = Math.round(limit / (1 - inward * half)) - 2 * inward;
  while (!isReached(price)) price += inward;
  return price;
}
