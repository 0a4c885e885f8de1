import type { Refusal, SubmitOutcome } from '../ports/trading.port.js';
import type { AttemptChange } from './execution-store.port.js';

/** What one submission leads to: how its rows change, and what comes next. */
export interface SubmitJudgement {
  readonly change: Pick<AttemptChange, 'attemptTo' | 'event' | 'reason' | 'venueOrderId' | 'outcome'>;
  readonly next: { readonly take: 'resolve' } | { readonly take: 'retry'; readonly atMs: number } | { readonly take: 'end' };
}

export interface SubmitContext {
  readonly attemptNo: number;
  readonly nowMs: number;
  /** 0 to 1. */
  readonly chance: number;
}

export const RETRY = { maxAttempts: 5, backoffMs: 1_000, jitter: 0.5, minWaitMs: 10_000 } as const;

/** Everything but proof is unknown, and what is unknown is asked about and never sent again. */
export function judgeSubmit(outcome: SubmitOutcome, context: SubmitContext): SubmitJudgement {
  if (outcome.kind === 'refused') return judgeRefusal(outcome.refusal, context);
  if (outcome.kind === 'acknowledged') {
    return { change: { attemptTo: 'acked', event: 'acknowledged', venueOrderId: outcome.venueOrderId }, next: { take: 'resolve' } };
  }
  const { httpStatus, code, cause } = outcome;
  return { change: { attemptTo: 'unknown', event: 'lost', reason: cause, outcome: { httpStatus, code, cause } }, next: { take: 'resolve' } };
}

/** The claim went stale before a byte was written: the same as a refusal that proves it. */
export function judgeUnsent(reason: string, context: SubmitContext): SubmitJudgement {
  const refusal: Refusal = { proof: 'not-sent', isRetryable: true, reaction: 'none', retryAfterMs: null, httpStatus: null, code: null, message: reason };
  return judgeRefusal(refusal, context);
}

function judgeRefusal(refusal: Refusal, context: SubmitContext): SubmitJudgement {
  const { proof, isRetryable, httpStatus, code, message } = refusal;
  const isLast = !isRetryable || context.attemptNo >= RETRY.maxAttempts;
  const why = code === null ? message : `${code}: ${message}`;
  const reason = isRetryable && isLast ? `the last of ${RETRY.maxAttempts} attempts: ${why}` : why;
  const change = { attemptTo: proof === 'not-sent' ? 'not-sent' : 'rejected', reason, outcome: { httpStatus, code, cause: message } } as const;
  if (isLast) return { change: { ...change, event: 'refused' }, next: { take: 'end' } };
  const event = proof === 'not-sent' ? 'not-sent' : 'refused-for-now';
  return { change: { ...change, event }, next: { take: 'retry', atMs: context.nowMs + retryDelayMs(refusal, context) } };
}

/** 1 s, 2 s, 4 s, 8 s, of which chance takes up to half, so that many do not come back in step; never before the venue's word. */
function retryDelayMs({ reaction, retryAfterMs }: Refusal, { attemptNo, chance }: SubmitContext): number {
  const backoffMs = RETRY.backoffMs * 2 ** (attemptNo - 1) * (1 - RETRY.jitter * chance);
  const askedMs = Math.max(retryAfterMs ?? 0, reaction === 'wait' || reaction === 'open-breaker' ? RETRY.minWaitMs : 0);
  return Math.ceil(Math.max(backoffMs, askedMs));
}

const TLS = /SELF_SIGNED|ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|DEPTH_ZERO/;

/** A server that cannot prove who it is gets no second order: somebody may stand between us and the venue. */
export function reactionTo(refusal: Refusal): Refusal {
  return refusal.proof === 'not-sent' && TLS.test(refusal.message) ? { ...refusal, reaction: 'halt-account' } : refusal;
}
