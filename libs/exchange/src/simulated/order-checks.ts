import type { MarketRules } from '#domain';
import { Money, moneyText, readMoney, ZERO } from './money.js';
import type { OrderDraft, Rejection } from './venue-types.js';

/** What an order is judged by. */
export interface OrderView {
  /** Null: no such market. */
  readonly rules: MarketRules | null;
  /** Null: no price yet. */
  readonly lastPrice: Money | null;
  /** Null: that side of the book is empty. */
  readonly bestBid: Money | null;
  readonly bestAsk: Money | null;
  readonly freeBase: Money;
  readonly freeQuote: Money;
  readonly openOrders: number;
  readonly isClientIdTaken: boolean;
  /** False where commission of buys is not taken from the quote balance. */
  readonly isFeeInQuote: boolean;
}

export const MOST_OPEN_ORDERS = 500;
/** Limit prices may be so many times off the last one, to the taker's disadvantage. */
const PRICE_BAND = 2;

interface Checked {
  readonly draft: OrderDraft;
  readonly view: OrderView;
  readonly rules: MarketRules;
  readonly lastPrice: Money;
}

type Check = (order: Checked) => Rejection | null;

/**
 * The first reason why the venue refuses an order, or null. Codes and words are MEXC's where its documents or users have told
 * them (-1121, 10007, 30000 to 30005, 30016, 30018, 30029, 30041, 30087); those marked "judgement" are the nearest in meaning.
 */
export function checkOrder(draft: OrderDraft, view: OrderView): Rejection | null {
  const { rules, lastPrice } = view;
  if (rules === null) return { code: -1121, message: 'Invalid symbol.' };
  const closed = marketFault(rules, draft);
  if (closed !== null) return closed;
  if (lastPrice === null) return { code: 30016, message: 'trading disabled' }; // Judgement: not listed yet.
  for (const check of CHECKS) {
    const rejection = check({ draft, view, rules, lastPrice });
    if (rejection !== null) return rejection;
  }
  return null;
}

function marketFault(rules: MarketRules, { side, type }: OrderDraft): Rejection | null {
  if (rules.status === 'offline') return { code: 30000, message: 'suspended transactions for the symbol' };
  if (rules.status === 'paused' || rules.sides === 'none') return { code: 30016, message: 'trading disabled' };
  if (!rules.isApiTradingAllowed) return { code: 10007, message: 'symbol not support api' };
  if (rules.sides !== 'both' && rules.sides !== (side === 'BUY' ? 'buy-only' : 'sell-only')) {
    return { code: 30001, message: 'current transaction direction not allowed place order' };
  }
  // MEXC lists neither IMMEDIATE_OR_CANCEL nor FILL_OR_KILL and takes both where it takes LIMIT.
  const listed = type === 'IMMEDIATE_OR_CANCEL' || type === 'FILL_OR_KILL' ? 'LIMIT' : type;
  if (rules.orderTypes.includes(listed)) return null;
  if (type === 'MARKET') return { code: 30018, message: 'market order is disabled' };
  return { code: 30041, message: 'current order type can not place order' };
}

const CHECKS: readonly Check[] = [fieldFault, scaleFault, sizeFault, bandFault, makerFault, accountFault, balanceFault];

function fieldFault({ draft }: Checked): Rejection | null {
  for (const [name, text] of wantedFields(draft)) {
    if (text === null) return { code: 700_004, message: `Mandatory parameter '${name}' was not sent, is empty/null, or malformed.` };
    const value = readMoney(text);
    if (value === null) return { code: 700_004, message: `Mandatory parameter '${name}' was not sent, is empty/null, or malformed.` };
    if (value.isZero()) return { code: 10_102, message: `${name} cannot be zero or negative` }; // Judgement.
  }
  return null;
}

function wantedFields({ type, side, quantity, price, quoteOrderQuantity }: OrderDraft): readonly (readonly [string, string | null])[] {
  if (type !== 'MARKET') return [['quantity', quantity], ['price', price]];
  if (side === 'BUY' && quantity === null) return [['quoteOrderQty', quoteOrderQuantity]];
  return [['quantity', quantity]];
}

// Judgement: MEXC's code for too many decimals is not documented; 10096 and 10097 are about amounts' decimals elsewhere.
function scaleFault({ draft, rules }: Checked): Rejection | null {
  if (draft.quantity !== null && !isMultiple(draft.quantity, rules.quantityStep)) {
    return { code: 10_096, message: 'quantity scale is invalid' };
  }
  if (draft.type !== 'MARKET' && !isMultiple(draft.price!, rules.priceTick)) return { code: 10_097, message: 'price scale is invalid' };
  return null;
}

function isMultiple(text: string, step: string): boolean {
  return new Money(text).mod(step).isZero();
}

function sizeFault(order: Checked): Rejection | null {
  const { draft, rules } = order;
  const isMarket = draft.type === 'MARKET';
  const notional = notionalOf(order);
  const least = isMarket ? rules.minMarketNotional : rules.minNotional;
  const most = isMarket ? rules.maxMarketNotional : rules.maxNotional;
  if (notional.lt(least)) return tooSmall(least, rules.quote);
  if (most !== null && notional.gt(most)) {
    return { code: 30_003, message: `The maximum transaction volume cannot be greater than:${plain(most)}${rules.quote}` };
  }
  if (draft.quantity !== null && new Money(draft.quantity).lt(rules.minQuantity)) return tooSmall(rules.minQuantity, rules.base);
  return null;
}

function tooSmall(least: string, asset: string): Rejection {
  return { code: 30_002, message: `The minimum transaction volume cannot be less than:${plain(least)}${asset}` };
}

function plain(text: string): string {
  return moneyText(new Money(text));
}

/** In quote: at the order's price, at the last one for market orders by quantity. */
export function notionalOf({ draft, lastPrice }: Pick<Checked, 'draft' | 'lastPrice'>): Money {
  if (draft.type !== 'MARKET') return new Money(draft.quantity!).times(draft.price!);
  return draft.quantity === null ? new Money(draft.quoteOrderQuantity!) : new Money(draft.quantity).times(lastPrice);
}

// Judgement: the width of MEXC's band is not documented.
function bandFault({ draft, lastPrice }: Checked): Rejection | null {
  if (draft.type === 'MARKET') return null;
  const price = new Money(draft.price!);
  const isOff = draft.side === 'BUY' ? price.gt(lastPrice.times(PRICE_BAND)) : price.lt(lastPrice.div(PRICE_BAND));
  return isOff ? { code: 30_087, message: 'order price exceeds allowed range' } : null;
}

// Judgement: what MEXC says of a LIMIT_MAKER order that would take is not documented.
function makerFault({ draft, view }: Checked): Rejection | null {
  if (draft.type !== 'LIMIT_MAKER') return null;
  const wouldTake = draft.side === 'BUY' ? view.bestAsk?.lte(draft.price!) : view.bestBid?.gte(draft.price!);
  return wouldTake === true ? { code: 30_010, message: 'no valid trade price' } : null;
}

function accountFault({ view }: Checked): Rejection | null {
  if (view.isClientIdTaken) return { code: 603, message: 'Repeated request' }; // Judgement.
  if (view.openOrders >= MOST_OPEN_ORDERS) return { code: 30_029, message: 'Cannot exceed the maximum order limit' };
  return null;
}

function balanceFault(order: Checked): Rejection | null {
  const { draft, view, rules } = order;
  if (draft.side === 'SELL') {
    return view.freeBase.lt(draft.quantity!) ? { code: 30_005, message: 'Oversold' } : null;
  }
  const fee = view.isFeeInQuote ? Money.max(rules.makerFee, rules.takerFee) : ZERO;
  const needed = notionalOf(order).times(fee.plus(1));
  return view.freeQuote.lt(needed) ? { code: 30_004, message: 'Insufficient position' } : null;
}
