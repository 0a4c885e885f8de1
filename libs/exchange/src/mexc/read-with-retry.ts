import type { Timer, VenueFailure } from '#application';
import type { FailedRead } from './classify-read.js';
import type { RetryLimits } from './mexc-options.js';
import { untilAborted } from './until-aborted.js';

export interface RetryParts {
  readonly limits: RetryLimits;
  readonly timer: Timer;
  /** In [0, 1). */
  readonly random: () => number;
  readonly monotonicMs: () => number;
  /** Null: asked again without, since the question is about the clock itself. */
  readonly resyncClock: (() => Promise<unknown>) | null;
}

export type Tried<T> = { readonly kind: 'value'; readonly value: T } | FailedRead;

/**
 * Asks until there is an answer: exponential backoff with full jitter, never before the venue's Retry-After, bounded in tries
 * and in time. Only for questions, which may be asked twice.
 * @throws VenueFailure the last one, or the first that asking again does not help; the signal's reason as soon as it is aborted
 */
export async function readWithRetry<T>(ask: () => Promise<Tried<T>>, parts: RetryParts, signal?: AbortSignal): Promise<T> {
  const { limits, timer, random, monotonicMs, resyncClock } = parts;
  const startMs = monotonicMs();
  for (let attempt = 1; ; attempt++) {
    const tried = await ask();
    if (tried.kind === 'value') return tried.value;
    const { failure, remedy } = tried;
    const waitMs = retryDelayMs(failure, attempt, random(), limits);
    const isTooLate = (afterMs: number): boolean => monotonicMs() - startMs + afterMs > limits.totalMs;
    if (remedy === 'none' || attempt >= limits.tries || isTooLate(waitMs)) throw failure;
    await timer.pause(waitMs, signal);
    if (remedy !== 'resync-clock' || resyncClock === null) continue;
    await untilAborted(resyncClock(), signal);
    if (isTooLate(0)) throw failure;
  }
}

/** Full jitter (M. Brooker, "Exponential Backoff And Jitter", 2015): anywhere from nothing to a limit that doubles. */
export function retryDelayMs(failure: VenueFailure, attempt: number, chance: number, limits: RetryLimits): number {
  const jittered = chance * Math.min(limits.maxDelayMs, limits.baseDelayMs * 2 ** (attempt - 1));
  return Math.round(Math.max(jittered, failure.details.retryAfterMs ?? 0));
}
