/** Half of every limit is kept for `execution`; `ingestion` may take the other half, and no more when nobody trades. */
export type BudgetPurpose = 'execution' | 'ingestion';

export interface BudgetRequest {
  /** Method and path without parameters, such as `GET /api/v3/klines`: weights are counted for each endpoint. */
  readonly endpoint: string;
  readonly weight: number;
  readonly isOrder: boolean;
  readonly purpose: BudgetPurpose;
}

/** What the venue said about our manners. */
export type BudgetPenalty =
  | { readonly kind: 'rate-limited'; readonly retryAfterMs: number | null }
  /** 418, or a 403 of the firewall: nothing is sent until the breaker closes. */
  | { readonly kind: 'banned'; readonly retryAfterMs: number | null };

/** One budget for all processes that talk to a venue. */
export interface RateBudget {
  /**
   * Resolves when the request may be sent.
   * @throws VenueFailure `banned` while the breaker is open, `rate-limited` where its turn would not come in time
   */
  take(request: BudgetRequest, signal?: AbortSignal): Promise<void>;
  penalize(penalty: BudgetPenalty): Promise<void>;
}

/** For a venue without limits, such as one in the same process. */
export const UNLIMITED_BUDGET: RateBudget = { take: async () => {}, penalize: async () => {} };
