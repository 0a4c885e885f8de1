import type { DecimalText, OrderSide, OrderTerms } from '#domain';

export type { OrderSide, OrderTerms } from '#domain';

export interface Balance {
  readonly asset: string;
  readonly free: DecimalText;
  readonly locked: DecimalText;
}

export interface OrderRequest {
  readonly marketId: string;
  /** Ours, saved before it is sent, put on the wire once: 1 to 32 characters of [A-Za-z0-9_-]. */
  readonly clientOrderId: string;
  readonly terms: OrderTerms;
  /** The venue's time at which the attempt was saved; signed as it is, so that a late copy of the request is refused. */
  readonly signMs: number;
  /** How long after `signMs` the venue may still accept it. */
  readonly receiveWindowMs: number;
}

/** What the protocol does about a refusal, beside ending or repeating the attempt. */
export type RefusalReaction =
  | 'none'
  | 'wait'
  | 'resync-clock'
  | 'open-breaker'
  | 'reconcile-balances'
  | 'refresh-rules'
  | 'disable-market'
  | 'cool-down-market'
  | 'halt-account';

export interface Refusal {
  /** `not-sent`: no byte of the request was written. `venue`: it answered that it did not accept. */
  readonly proof: 'not-sent' | 'venue';
  /** True: a new attempt, with an id of its own, may follow. */
  readonly isRetryable: boolean;
  readonly reaction: RefusalReaction;
  /** Not before this long; null: no word about it. */
  readonly retryAfterMs: number | null;
  readonly httpStatus: number | null;
  /** The venue's own code, as text. */
  readonly code: string | null;
  readonly message: string;
}

/** A submission that was not proven refused may be live: `unknown` is asked about, and never sent again. */
export type SubmitOutcome =
  | { readonly kind: 'acknowledged'; readonly venueOrderId: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'unknown'; readonly cause: string; readonly httpStatus: number | null; readonly code: string | null };

export type VenueOrderStatus = 'open' | 'filled' | 'canceled';

/** An order as the venue tells it. A market order's price is a bound and says nothing, so there is none here. */
export interface VenueOrder {
  readonly venueOrderId: string;
  readonly clientOrderId: string | null;
  readonly marketId: string;
  readonly side: OrderSide;
  readonly status: VenueOrderStatus;
  /** Base units; zero is possible for a canceled one, and above zero too. */
  readonly filledQuantity: DecimalText;
  readonly filledNotional: DecimalText;
  readonly createdMs: number;
  readonly updatedMs: number;
}

export type OrderLookup =
  | { readonly kind: 'found'; readonly order: VenueOrder }
  /** A vote, not a proof: a venue's look-up may lag behind what it accepted. */
  | { readonly kind: 'not-found' };

/** The venue's word about a cancel is not to be trusted: look the order up afterwards. */
export type CancelOutcome = { readonly kind: 'requested' } | { readonly kind: 'not-open' };

export interface VenueFill {
  readonly venueTradeId: string;
  readonly venueOrderId: string;
  readonly clientOrderId: string | null;
  readonly marketId: string;
  readonly side: OrderSide;
  readonly price: DecimalText;
  readonly quantity: DecimalText;
  readonly notional: DecimalText;
  readonly fee: DecimalText;
  /** Base, quote, or a third asset. */
  readonly feeAsset: string;
  readonly isMaker: boolean;
  readonly filledMs: number;
}

/**
 * One account at one venue. Reads are tried again by the adapter; `submit` sends exactly once, whatever happens.
 * @throws VenueFailure from every method but `submit`, which answers instead
 */
export interface TradingPort {
  balances(): Promise<readonly Balance[]>;
  submit(order: OrderRequest): Promise<SubmitOutcome>;
  cancel(marketId: string, clientOrderId: string): Promise<CancelOutcome>;
  order(marketId: string, clientOrderId: string): Promise<OrderLookup>;
  openOrders(marketId?: string): Promise<readonly VenueOrder[]>;
  /** All fills of a market from that time on, oldest first, each once, however many pages the venue makes of them. */
  fillsSince(marketId: string, sinceMs: number): Promise<readonly VenueFill[]>;
  /** Ids of the markets that this account may trade over the API; null where the venue gives no such list. */
  apiMarketIds(): Promise<ReadonlySet<string> | null>;
}
