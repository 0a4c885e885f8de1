import {
  VenueFailure,
  type Balance,
  type CancelOutcome,
  type OrderLookup,
  type OrderRequest,
  type RefusalReaction,
  type SubmitOutcome,
  type TradingPort,
  type VenueFailureKind,
  type VenueFill,
  type VenueOrder,
} from '#application';
import { readApiMarketIds } from './api-market-ids.js';
import type { QueryParameters, Signing } from './ccxt-request.js';
import { orderFault } from '../dialect/order-fault.js';
import { refusedUnsent } from '../dialect/refused-unsent.js';
import { classifySubmit } from './classify-submit.js';
import type { MexcOptions } from './mexc-options.js';
import { AnswerFault, MexcReader } from './mexc-reader.js';
import { toOrderParameters } from './order-parameters.js';
import { FILLS_PAGE, readFills } from './read-fills.js';
import type { Redact } from './redact.js';
import { SendLock } from './send-lock.js';
import { saysNotFound, verdictOfCode } from '../dialect/venue-codes.js';
import { balancesSchema, fillListSchema, orderListSchema, orderSchema } from './venue-schemas.js';

/** MEXC keeps fills for a month; a day less, so that the edge is not in doubt. */
const FILLS_KEPT_MS = 29 * 86_400_000;
/** The venue's clock may be a little ahead of our estimate of it. */
const CLOCK_MARGIN_MS = 1_000;

/** What is to be done where a failure of this kind stands in place of sending. */
const UNSENT: Readonly<Partial<Record<VenueFailureKind, { readonly isRetryable: boolean; readonly reaction?: RefusalReaction }>>> = {
  transient: { isRetryable: true },
  'rate-limited': { isRetryable: true, reaction: 'wait' },
  banned: { isRetryable: true, reaction: 'open-breaker' },
  auth: { isRetryable: false, reaction: 'halt-account' },
  'wrong-host': { isRetryable: false, reaction: 'halt-account' },
};

/** One account at MEXC, or at a simulator that speaks its dialect. Orders go out one at a time, each once. */
export class MexcTrading implements TradingPort {
  readonly #reader: MexcReader;
  readonly #lock = new SendLock();

  /** @throws VenueFailure `wrong-host` for an origin that the venue cannot have */
  constructor(options: MexcOptions) {
    this.#reader = new MexcReader(options);
  }

  balances(): Promise<readonly Balance[]> {
    return this.#reader.read({ endpoint: 'account', about: 'the balances', parse: (json) => balancesSchema.parse(json) });
  }

  async submit(order: OrderRequest): Promise<SubmitOutcome> {
    const fault = orderFault(order);
    if (fault !== null) return refusedUnsent(fault, { isRetryable: false });
    const askedMs = this.#reader.client.monotonicMs();
    return this.#lock.run(() => this.#submitOnce(order, askedMs));
  }

  async cancel(marketId: string, clientOrderId: string): Promise<CancelOutcome> {
    const parameters = { symbol: marketId, origClientOrderId: clientOrderId };
    const about = `the cancel of ${clientOrderId}`;
    return this.#orElse(this.#reader.read({ endpoint: 'cancelOrder', parameters, about, parse: requested }), { kind: 'not-open' });
  }

  async order(marketId: string, clientOrderId: string): Promise<OrderLookup> {
    const parameters = { symbol: marketId, origClientOrderId: clientOrderId };
    const parse = (json: unknown): OrderLookup => ({ kind: 'found', order: parseOrder(json, marketId, clientOrderId) });
    const found = this.#reader.read({ endpoint: 'queryOrder', parameters, about: `the order ${clientOrderId}`, parse });
    return this.#orElse(found, { kind: 'not-found' });
  }

  openOrders(marketId?: string): Promise<readonly VenueOrder[]> {
    const parameters: QueryParameters = marketId === undefined ? {} : { symbol: marketId };
    return this.#reader.read({ endpoint: 'openOrders', parameters, about: 'the open orders', parse: (json) => orderListSchema.parse(json) });
  }

  async fillsSince(marketId: string, sinceMs: number): Promise<readonly VenueFill[]> {
    await this.#reader.clock.keepFresh();
    const nowMs = this.#reader.clock.estimateMs();
    if (sinceMs < nowMs - FILLS_KEPT_MS) {
      throw new VenueFailure('refused', `fills of ${marketId}: MEXC tells those of the last 29 days only`, { cause: null });
    }
    return readFills((fromMs, endMs) => this.#fillsBetween(marketId, fromMs, endMs), { fromMs: sinceMs, toMs: nowMs + CLOCK_MARGIN_MS });
  }

  apiMarketIds(): Promise<ReadonlySet<string> | null> {
    return readApiMarketIds(this.#reader, 'selfSymbols');
  }

  /** No byte leaves after half of the window has gone by: the other half is for the way to the venue. */
  async #submitOnce(order: OrderRequest, askedMs: number): Promise<SubmitOutcome> {
    const { client } = this.#reader;
    const leaveWithinMs = order.receiveWindowMs / 2 - (client.monotonicMs() - askedMs);
    let isSigned = false;
    const signing = (): Signing => {
      if (client.monotonicMs() - askedMs > order.receiveWindowMs / 2) throw windowGone();
      isSigned = true;
      return { timestampMs: order.signMs, receiveWindowMs: order.receiveWindowMs };
    };
    try {
      if (leaveWithinMs <= 0) throw windowGone();
      const answer = await client.call('placeOrder', toOrderParameters(order), { signing, leaveSignal: AbortSignal.timeout(Math.ceil(leaveWithinMs)) });
      return this.#noteUnmapped(classifySubmit(answer, order.marketId), order);
    } catch (error) {
      // A VenueFailure is thrown in place of sending. Anything else proves it only where nothing was signed yet.
      if (error instanceof VenueFailure || !isSigned) return refusedBeforeSending(error, client.redact);
      return { kind: 'unknown', cause: client.redact(String(error)), httpStatus: null, code: null };
    }
  }

  #fillsBetween(marketId: string, fromMs: number, endMs: number): Promise<readonly VenueFill[]> {
    const parameters = { symbol: marketId, startTime: fromMs, endTime: endMs, limit: FILLS_PAGE };
    const parse = (json: unknown): VenueFill[] => {
      const fills = fillListSchema.parse(json);
      if (fills.some((fill) => fill.marketId !== marketId)) throw new AnswerFault('a fill is of another market');
      return fills;
    };
    return this.#reader.read({ endpoint: 'myTrades', parameters, about: `fills of ${marketId}`, parse });
  }

  async #orElse<T>(answer: Promise<T>, notFound: T): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof VenueFailure && error.kind === 'refused' && saysNotFound(error.details.code)) return notFound;
      throw error;
    }
  }

  #noteUnmapped(outcome: SubmitOutcome, { clientOrderId }: OrderRequest): SubmitOutcome {
    if (outcome.kind === 'unknown' && outcome.code !== null && verdictOfCode(outcome.code) === null) {
      const { code, cause } = outcome;
      this.#reader.client.log.error({ event: 'unmapped-venue-code', code, cause, clientOrderId }, 'The venue answered an order with a code that is not mapped');
    }
    return outcome;
  }
}

/** Whatever the answer says of the order: it is not to be trusted. */
function requested(): CancelOutcome {
  return { kind: 'requested' };
}

function parseOrder(json: unknown, marketId: string, clientOrderId: string): VenueOrder {
  const order = orderSchema.parse(json);
  if (order.marketId !== marketId) throw new AnswerFault('the order is of another market');
  if (order.clientOrderId !== null && order.clientOrderId !== clientOrderId) throw new AnswerFault('the order has another client order id');
  return order;
}

function windowGone(): VenueFailure {
  return new VenueFailure('transient', 'half of the receive window went by before there was leave to send', { cause: null });
}

/** What a failure in place of sending means to an attempt. */
function refusedBeforeSending(error: unknown, redact: Redact): SubmitOutcome {
  if (!(error instanceof VenueFailure)) return refusedUnsent(redact(String(error)), { isRetryable: true });
  const { kind, message, details } = error;
  return refusedUnsent(redact(message), { ...(UNSENT[kind] ?? { isRetryable: false }), retryAfterMs: details.retryAfterMs ?? null });
}
