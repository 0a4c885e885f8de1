import type { OrderRequest } from '#application';
import { isPlainDecimal } from './decimal-text.js';

const CLIENT_ORDER_ID = /^[A-Za-z0-9_-]{1,32}$/;
/** MEXC refuses longer ones (700005). */
const LONGEST_WINDOW_MS = 60_000;

/** Why an order cannot be put on the wire; null for one that can. */
export function orderFault({ marketId, clientOrderId, terms, signMs, receiveWindowMs }: OrderRequest): string | null {
  if (marketId === '') return 'marketId must not be empty';
  if (!CLIENT_ORDER_ID.test(clientOrderId)) return 'clientOrderId must be 1 to 32 characters of [A-Za-z0-9_-]';
  if (!Number.isSafeInteger(signMs)) return 'signMs must be whole milliseconds';
  if (!Number.isSafeInteger(receiveWindowMs) || receiveWindowMs < 1 || receiveWindowMs > LONGEST_WINDOW_MS) {
    return `receiveWindowMs must be 1 to ${LONGEST_WINDOW_MS}`;
  }
  const figures = Object.entries(terms).filter(([field]) => field !== 'kind' && field !== 'side');
  const wrong = figures.find(([, value]) => !isPlainDecimal(value) || !(Number(value) > 0));
  return wrong === undefined ? null : `${wrong[0]} must be a number above zero, written without an exponent`;
}
