/**
 * Why a venue's answer is none. `transient`, `rate-limited`, `banned`, `maintenance` and `clock-skew` pass by themselves or
 * by a remedy of the adapter's; `auth`, `permission` and `wrong-host` need the operator; `unknown-market` and `refused` are
 * answers to a wrong question; `malformed-response` is an answer that no schema of ours takes.
 */
export type VenueFailureKind =
  | 'transient'
  | 'rate-limited'
  | 'banned'
  | 'maintenance'
  | 'clock-skew'
  | 'auth'
  | 'permission'
  | 'unknown-market'
  | 'refused'
  | 'malformed-response'
  | 'wrong-host';

export class VenueFailure extends Error {
  constructor(
    readonly kind: VenueFailureKind,
    /** Without any key, signature or signed address. */
    message: string,
    readonly details: { readonly cause: unknown; readonly retryAfterMs?: number; readonly httpStatus?: number; readonly code?: string },
  ) {
    super(message, { cause: details.cause });
    this.name = 'VenueFailure';
  }
}
