import type { DecimalText } from '../market/market-rules.js';
import type { OrderSide, OrderTerms } from './order-terms.js';

/** One level of an order book. */
export interface DepthLevel {
  readonly price: DecimalText;
  readonly quantity: DecimalText;
}

/** Both sides best first, as far as the venue told. */
export interface Depth {
  readonly bids: readonly DepthLevel[];
  readonly asks: readonly DepthLevel[];
}

export interface FillEstimate {
  /** Null: nothing would be filled. */
  readonly averagePrice: number | null;
  /** Of what the order asks for; below 1 the levels that were told, or those within its limit, do not hold it. */
  readonly filledFraction: number;
}

/** What an order would get if it met the book as it stands: level after level, the best first. An estimate, hence in floats. */
export function estimateFill(book: Depth, terms: OrderTerms): FillEstimate {
  if (terms.kind === 'market-buy') return walk(book.asks, Number(terms.quoteValue), valueOf);
  if (terms.kind === 'market-sell') return walk(book.bids, Number(terms.quantity), quantityOf);
  return walk(withinLimit(book, terms.side, Number(terms.price)), Number(terms.quantity), quantityOf);
}

/** How much worse than the reference a price is, as a fraction of it: positive is a cost, on either side. */
export function slippageFraction(side: OrderSide, averagePrice: number, referencePrice: number): number {
  const move = (averagePrice - referencePrice) / referencePrice;
  return side === 'buy' ? move : -move;
}

const quantityOf = (level: DepthLevel): number => Number(level.quantity);
const valueOf = (level: DepthLevel): number => Number(level.price) * Number(level.quantity);

function withinLimit({ asks, bids }: Depth, side: OrderSide, limit: number): readonly DepthLevel[] {
  return side === 'buy' ? asks.filter(({ price }) => Number(price) <= limit) : bids.filter(({ price }) => Number(price) >= limit);
}

/** @param sizeOf how much of the wanted amount a level holds: quantity, or value where the order asks for value */
function walk(levels: readonly DepthLevel[], wanted: number, sizeOf: (level: DepthLevel) => number): FillEstimate {
  let [left, quantity, value] = [wanted, 0, 0];
  for (const level of levels) {
    const size = sizeOf(level);
    if (left <= 0) break;
    if (!(size > 0)) continue;
    const taken = Math.min(size, left) / size;
    quantity += taken * Number(level.quantity);
    value += taken * Number(level.quantity) * Number(level.price);
    left -= Math.min(size, left);
  }
  return { averagePrice: quantity > 0 ? value / quantity : null, filledFraction: wanted > 0 ? (wanted - left) / wanted : 0 };
}
