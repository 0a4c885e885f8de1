import type { OrderRequest, OrderTerms } from '#application';
import type { QueryParameters } from './ccxt-request.js';

/** The order in MEXC's words, all figures as the text that they came as. */
export function toOrderParameters({ marketId, clientOrderId, terms }: OrderRequest): QueryParameters {
  return { symbol: marketId, ...termParameters(terms), newClientOrderId: clientOrderId };
}

function termParameters(terms: OrderTerms): QueryParameters {
  if (terms.kind === 'market-buy') return { side: 'BUY', type: 'MARKET', quoteOrderQty: terms.quoteValue };
  if (terms.kind === 'market-sell') return { side: 'SELL', type: 'MARKET', quantity: terms.quantity };
  const { side, quantity, price } = terms;
  return { side: side === 'buy' ? 'BUY' : 'SELL', type: 'IMMEDIATE_OR_CANCEL', quantity, price };
}
