import { ExactDecimal } from '../market/exact-decimal.js';
import type { DecimalText, MarketRules } from '../market/market-rules.js';
import type { OrderType } from '../portfolio/portfolio-configuration.js';
import { ceilTo, decimalsOf, floorTo } from './decimal-steps.js';
import type { OrderTerms } from './order-terms.js';

export type TooSmallReason = 'below-min-quantity' | 'below-min-notional' | 'nothing-held' | 'below-step';

/** An order that the market takes, or why there is none. `notional` is what it is expected to be worth at most: caps count it. */
export type SizedOrder =
  | { readonly kind: 'order'; readonly terms: OrderTerms; readonly notional: DecimalText }
  | { readonly kind: 'too-small'; readonly reason: TooSmallReason };

/** Where and how an order goes. `price` is the reference: the book's middle, above zero. */
interface OrderPlace {
  readonly price: number;
  readonly rules: MarketRules;
  readonly orderType: OrderType;
  /** Of `ioc`: how far from the reference the limit stands, as a fraction. */
  readonly maxSlippage: number;
}

/**
 * A sale of at most what is held, rounded down to the market's step and capped by its largest notional. An `ioc` sale is
 * held against the smallest notional at its limit, since that is the price on which the venue reckons.
 * @throws RangeError for a price that is not above zero and finite
 */
export function sizeSale(input: { readonly quantity: DecimalText; readonly held: DecimalText } & OrderPlace): SizedOrder {
  const { rules, orderType, maxSlippage } = input;
  const price = priceOf(input.price);
  if (!new ExactDecimal(input.held).gt(0)) return tooSmall('nothing-held');
  // Inward is up: a limit below the worst price allowed would allow a worse one.
  const limit = ceilTo(price.times(ExactDecimal.sub(1, maxSlippage)).toFixed(), rules.priceTick);
  const lowest = orderType === 'ioc' ? ExactDecimal.min(price, limit) : price;
  const wanted = ExactDecimal.min(input.quantity, input.held, mostQuantity(rules, orderType, price));
  const quantity = floorTo(wanted.toFixed(), rules.quantityStep);
  const fault = quantityFault(quantity, rules) ?? notionalFault(lowest.times(quantity), rules, orderType);
  if (fault !== null) return tooSmall(fault);
  const terms: OrderTerms =
    orderType === 'ioc' ? { kind: 'limit-ioc', side: 'sell', quantity, price: limit } : { kind: 'market-sell', quantity };
  return { kind: 'order', terms, notional: price.times(quantity).toFixed() };
}

/**
 * A purchase for at most `value` of the quote currency. A market buy names the value, which MEXC cuts off after the
 * decimals of the price; an `ioc` buy never costs more than the value even where all of it fills at its limit.
 * @throws RangeError as `sizeSale`
 */
export function sizePurchaseOrder(input: { readonly value: number } & OrderPlace): SizedOrder {
  const price = priceOf(input.price);
  return input.orderType === 'ioc' ? limitPurchase(input, price) : marketPurchase(input, price);
}

function marketPurchase({ value, rules }: { readonly value: number } & OrderPlace, price: ExactDecimal): SizedOrder {
  const capped = ExactDecimal.min(value, rules.maxMarketNotional ?? Infinity);
  const quoteValue = capped.toDecimalPlaces(decimalsOf(rules.priceTick));
  const fault = notionalFault(quoteValue, rules, 'market') ?? quantityFault(floorTo(quoteValue.div(price).toFixed(), rules.quantityStep), rules);
  if (fault !== null) return tooSmall(fault);
  return { kind: 'order', terms: { kind: 'market-buy', quoteValue: quoteValue.toFixed() }, notional: quoteValue.toFixed() };
}

function limitPurchase({ value, rules, maxSlippage }: { readonly value: number } & OrderPlace, price: ExactDecimal): SizedOrder {
  const limit = new ExactDecimal(floorTo(price.times(ExactDecimal.add(1, maxSlippage)).toFixed(), rules.priceTick));
  // The tick is coarser than the price: there is no limit that the market takes.
  if (limit.isZero()) return tooSmall('below-step');
  const capped = ExactDecimal.min(value, rules.maxNotional ?? Infinity);
  const quantity = floorTo(capped.div(limit).toFixed(), rules.quantityStep);
  const notional = limit.times(quantity);
  const fault = quantityFault(quantity, rules) ?? notionalFault(notional, rules, 'ioc');
  if (fault !== null) return tooSmall(fault);
  const terms: OrderTerms = { kind: 'limit-ioc', side: 'buy', quantity, price: limit.toFixed() };
  return { kind: 'order', terms, notional: notional.toFixed() };
}

function priceOf(price: number): ExactDecimal {
  if (!(Number.isFinite(price) && price > 0)) throw new RangeError(`a price must be a finite number above zero, got ${price}`);
  return new ExactDecimal(price);
}

function mostQuantity(rules: MarketRules, orderType: OrderType, price: ExactDecimal): ExactDecimal {
  const most = orderType === 'ioc' ? rules.maxNotional : rules.maxMarketNotional;
  return new ExactDecimal(most ?? Infinity).div(price);
}

function quantityFault(quantity: DecimalText, rules: MarketRules): TooSmallReason | null {
  const asked = new ExactDecimal(quantity);
  if (!asked.gt(0)) return 'below-step';
  return asked.lt(rules.minQuantity) ? 'below-min-quantity' : null;
}

function notionalFault(notional: ExactDecimal, rules: MarketRules, orderType: OrderType): TooSmallReason | null {
  if (!notional.gt(0)) return 'below-step';
  return notional.lt(orderType === 'ioc' ? rules.minNotional : rules.minMarketNotional) ? 'below-min-notional' : null;
}

function tooSmall(reason: TooSmallReason): SizedOrder {
  return { kind: 'too-small', reason };
}
