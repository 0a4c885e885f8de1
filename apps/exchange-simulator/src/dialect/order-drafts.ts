import type { OrderDraft } from '#exchange';
import { z } from 'zod';
import type { RestRequest } from '../rest/rest-request.js';
import { missingParameter } from './dialect-refusal.js';
import { decimalText, readParameters, symbolText } from './parameters.js';

const MOST_IN_BATCH = 20;

const OrderParameters = z.object({
  symbol: symbolText,
  side: z.enum(['BUY', 'SELL']),
  type: z.enum(['LIMIT', 'LIMIT_MAKER', 'MARKET', 'IMMEDIATE_OR_CANCEL', 'FILL_OR_KILL']),
  quantity: decimalText.optional(),
  quoteOrderQty: decimalText.optional(),
  price: decimalText.optional(),
  // Their documents name no length; other clients keep to this.
  newClientOrderId: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/u).optional(),
});

type OrderWords = z.infer<typeof OrderParameters>;

/** @throws DialectRefusal 700004 */
export function readOrderDraft(request: RestRequest, accountId: string): OrderDraft {
  return draftOf(readParameters(OrderParameters, request), accountId);
}

function draftOf(order: OrderWords, accountId: string): OrderDraft {
  const { symbol: marketId, side, type, quantity = null, quoteOrderQty = null, price = null } = order;
  const common = { accountId, marketId, side, type, clientOrderId: order.newClientOrderId ?? null };
  if (type === 'MARKET') {
    if (quantity === null && quoteOrderQty === null) throw missingParameter(side === 'BUY' ? 'quoteOrderQty' : 'quantity');
    const isByQuote = quoteOrderQty !== null && (side === 'BUY' || quantity === null);
    return { ...common, quantity: isByQuote ? null : quantity, quoteOrderQuantity: isByQuote ? quoteOrderQty : null, price: null };
  }
  if (quantity === null) throw missingParameter('quantity');
  if (price === null) throw missingParameter('price');
  return { ...common, quantity, quoteOrderQuantity: null, price };
}

/** The orders of `batchOrders`, each as its draft or as what is wrong with it. */
export function readBatch(request: RestRequest): readonly Readonly<Record<string, string>>[] {
  const { batchOrders } = readParameters(z.object({ batchOrders: z.string().max(16_384) }), request);
  const parsed = z.array(z.record(z.string(), z.union([z.string(), z.number().transform(String)]))).min(1).max(MOST_IN_BATCH).safeParse(jsonOf(batchOrders));
  if (!parsed.success) throw missingParameter('batchOrders');
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
