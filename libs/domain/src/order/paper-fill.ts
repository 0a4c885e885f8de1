import { BOOKED_DECIMALS, ExactDecimal } from '../market/exact-decimal.js';
import type { DecimalText, MarketRules } from '../market/market-rules.js';
import { floorTo } from './decimal-steps.js';
import type { OrderTerms } from './order-terms.js';

/** One fill of the whole order. The fee is in the quote currency. */
export interface PaperFill {
  readonly price: DecimalText;
  readonly quantity: DecimalText;
  readonly notional: DecimalText;
  readonly fee: DecimalText;
}

/**
 * The backtest's fill model (docs/strategy.md) to the market's steps: a buy fills at mid × (1 + slippage), a sale at
 * mid × (1 − slippage), all of it at once, for a fee that is a fraction of the value. What a buy by value leaves below one
 * step of quantity is not spent. Whether the mid meets an order's limit is for the caller to see.
 */
export function paperFill(
  terms: OrderTerms, mid: number, rules: MarketRules, costs: { readonly slippage: number; readonly tradingFee: number },
): PaperFill {
  if (!(Number.isFinite(mid) && mid > 0)) throw new RangeError(`a price must be a finite number above zero, got ${mid}`);
  const isBuy = terms.kind === 'market-buy' || (terms.kind === 'limit-ioc' && terms.side === 'buy');
  const move = ExactDecimal.add(1, isBuy ? costs.slippage : -costs.slippage);
  const price = booked(move.times(mid));
  const quantity = terms.kind === 'market-buy' ? floorTo(new ExactDecimal(terms.quoteValue).div(price).toFixed(), rules.quantityStep) : terms.quantity;
  const notional = booked(price.times(quantity));
  const fee = booked(notional.times(costs.tradingFee));
  return { price: price.toFixed(), quantity, notional: notional.toFixed(), fee: fee.toFixed() };
}

const booked = (amount: ExactDecimal): ExactDecimal => amount.toDecimalPlaces(BOOKED_DECIMALS);
