import type { DecimalText } from '../market/market-rules.js';

export type OrderSide = 'buy' | 'sell';

/** What is bought or sold: a market buy by quote value, a market sell by base quantity, or a limit that leaves nothing resting. */
export type OrderTerms =
  | { readonly kind: 'market-buy'; readonly quoteValue: DecimalText }
  | { readonly kind: 'market-sell'; readonly quantity: DecimalText }
  | { readonly kind: 'limit-ioc'; readonly side: OrderSide; readonly quantity: DecimalText; readonly price: DecimalText };
