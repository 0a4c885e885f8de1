import type { BudgetPurpose, Clock, EventLog, RateBudget, Timer, VenueName } from '#application';
import type { EndpointWeights } from './endpoints.js';
import type { HttpSend } from './http-send.js';
import type { Credentials } from './redact.js';

export interface MexcOptions {
  /** MEXC, or a simulator that speaks its dialect: the same class of ccxt talks to both. */
  readonly venue: VenueName;
  /** Scheme and host, such as https://api.mexc.com or http://127.0.0.1:4700. */
  readonly origin: string;
  /** Host names beside loopback where a simulator may be. */
  readonly trustedHosts?: readonly string[];
  /** Needed for the account only; public data is read without. */
  readonly credentials?: Credentials;
  readonly budget: RateBudget;
  readonly purpose: BudgetPurpose;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log?: EventLog;
  /** Of one try. */
  readonly timeoutMs?: number;
  readonly weights?: EndpointWeights;
  readonly retry?: Partial<RetryLimits>;
  /** Chance for the waits between tries, in [0, 1). */
  readonly random?: () => number;
  /** A clock that never jumps, ms. */
  readonly monotonicMs?: () => number;
  /** Another way to send than Node's HTTP client. */
  readonly send?: HttpSend;
}

export interface RetryLimits {
  readonly tries: number;
  /** The wait before the second try is chosen below this, and doubles from try to try. */
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** No try begins later than this after the first one. */
  readonly totalMs: number;
}

export const DEFAULT_TIMEOUT_MS = 10_000;
export const DEFAULT_RETRY: RetryLimits = { tries: 4, baseDelayMs: 250, maxDelayMs: 5_000, totalMs: 30_000 };
/** Of reads; orders bring their own. */
export const READ_WINDOW_MS = 5_000;
