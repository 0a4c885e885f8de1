import type { OrderRequest, OrderTerms, SubmitOutcome } from '#application';
import { verdictOfCode } from '../dialect/venue-codes.js';
import type { OrderDraft, Rejection } from './venue-types.js';

/** MEXC takes a timestamp that is so much ahead of its clock. */
const MOST_AHEAD_MS = 1_000;

const OUTSIDE_WINDOW: Rejection = { code: 700_003, message: 'Timestamp for this request is outside of the recvWindow.' };

/** Whether an order comes too late or too early to be taken, so that no late copy of it ever is. */
export function windowFault({ signMs, receiveWindowMs }: Pick<OrderRequest, 'signMs' | 'receiveWindowMs'>, venueNowMs: number): Rejection | null {
  return signMs >= venueNowMs + MOST_AHEAD_MS || venueNowMs - signMs > receiveWindowMs ? OUTSIDE_WINDOW : null;
}

/** An order in the words of the venue's API. */
export function draftOf({ marketId, clientOrderId, terms }: OrderRequest, accountId: string): OrderDraft {
  return { accountId, marketId, clientOrderId, ...wordsOf(terms) };
}

type DraftWords = Pick<OrderDraft, 'side' | 'type' | 'quantity' | 'quoteOrderQuantity' | 'price'>;

function wordsOf(terms: OrderTerms): DraftWords {
  const nothing = { quantity: null, quoteOrderQuantity: null, price: null };
  if (terms.kind === 'market-buy') return { ...nothing, side: 'BUY', type: 'MARKET', quoteOrderQuantity: terms.quoteValue };
  if (terms.kind === 'market-sell') return { ...nothing, side: 'SELL', type: 'MARKET', quantity: terms.quantity };
  const { side, quantity, price } = terms;
  return { ...nothing, side: side === 'buy' ? 'BUY' : 'SELL', type: 'IMMEDIATE_OR_CANCEL', quantity, price };
}

/** Nothing is lost on the way, so a code that is not listed is a refusal too; what the table holds for possibly live stays so. */
export function outcomeOf({ code, message }: Rejection): SubmitOutcome {
  const verdict = verdictOfCode(String(code)) ?? { isRetryable: false, reaction: 'none' };
  if (verdict === 'unknown') return { kind: 'unknown', cause: `code ${code}: ${message}`, httpStatus: null, code: String(code) };
  return { kind: 'refused', refusal: { proof: 'venue', ...verdict, retryAfterMs: null, httpStatus: null, code: String(code), message } };
}
