import { decimalText, estimateFill, slippageFraction, type ExecutionSettings, type OrderTerms } from '#domain';
import type { OrderBook } from '../ports/market-data.port.js';
import type { PLAN_LIMITS } from './plan-limits.js';
import type { IntentRecord } from './plan.js';

/** What the order book says of a leg that wants to go out. */
export type BookVerdict =
  | { readonly kind: 'fine'; readonly mid: number; readonly averagePrice: number; readonly slippage: number }
  | { readonly kind: 'old-book' | 'slippage' | 'price-moved'; readonly detail: string };

export type BookLimits = Pick<typeof PLAN_LIMITS, 'bookAgeMs'>;

export function judgeBook(book: OrderBook, intent: IntentRecord, settings: ExecutionSettings, exchangeNowMs: number, limits: BookLimits): BookVerdict {
  const ageMs = exchangeNowMs - book.exchangeMs;
  if (ageMs > limits.bookAgeMs) return { kind: 'old-book', detail: `the order book is ${ageMs} ms old` };
  const [bid, ask] = [Number(book.bids[0]?.price), Number(book.asks[0]?.price)];
  if (!(bid > 0 && ask > 0)) return { kind: 'slippage', detail: 'the order book has an empty side' };
  const mid = (bid + ask) / 2;
  const moved = Math.abs(mid / intent.refPrice - 1);
  if (moved > settings.maxPriceMove) {
    return { kind: 'price-moved', detail: `the price is ${percent(moved)} away from ${intent.refPrice}, at which it was decided; at most ${percent(settings.maxPriceMove)} is allowed` };
  }
  return judgeDepth(book, intent, settings, mid);
}

function judgeDepth(book: OrderBook, intent: IntentRecord, settings: ExecutionSettings, mid: number): BookVerdict {
  const { averagePrice, filledFraction } = estimateFill(book, estimatedTerms(intent, settings));
  if (averagePrice === null || filledFraction < 1) {
    return { kind: 'slippage', detail: `the order book holds ${percent(filledFraction)} of the order` };
  }
  const slippage = slippageFraction(intent.side, averagePrice, intent.refPrice);
  if (slippage > settings.maxSlippage) {
    return { kind: 'slippage', detail: `the expected average price ${averagePrice} costs ${percent(slippage)} against ${intent.refPrice}; at most ${percent(settings.maxSlippage)} is allowed` };
  }
  return { kind: 'fine', mid, averagePrice, slippage };
}

/** As wanted, before the market's steps: the claim sizes anew by what is held then, never to more than this. */
export function estimatedTerms({ side, quantity, quoteValue, refPrice }: IntentRecord, { orderType, maxSlippage }: ExecutionSettings): OrderTerms {
  const worst = refPrice * (side === 'buy' ? 1 + maxSlippage : 1 - maxSlippage);
  if (side === 'sell') {
    return orderType === 'market' ? { kind: 'market-sell', quantity: quantity! } : { kind: 'limit-ioc', side, quantity: quantity!, price: decimalText(worst) };
  }
  if (orderType === 'market') return { kind: 'market-buy', quoteValue: quoteValue! };
  return { kind: 'limit-ioc', side, quantity: decimalText(Number(quoteValue) / worst), price: decimalText(worst) };
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(2)} %`;
