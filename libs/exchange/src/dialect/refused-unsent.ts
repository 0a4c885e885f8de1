import type { Refusal, RefusalReaction, SubmitOutcome } from '#application';

/** Nothing of the order was written. */
export function refusedUnsent(
  message: string,
  { isRetryable, reaction = 'none', retryAfterMs = null }: { isRetryable: boolean; reaction?: RefusalReaction; retryAfterMs?: number | null },
): SubmitOutcome {
  const refusal: Refusal = { proof: 'not-sent', isRetryable, reaction, retryAfterMs, httpStatus: null, code: null, message };
  return { kind: 'refused', refusal };
}
