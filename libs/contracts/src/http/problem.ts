import { z } from 'zod';
import { ChangePreview } from './plans.js';

export const ProblemFault = z.object({
  /** JSON pointer into the body, or `?name` for a query parameter. */
  pointer: z.string(),
  code: z.string(),
  detail: z.string(),
});

/** An RFC 9457 problem document. `code` is stable; `detail` is for people and may change. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    instance: z.string(),
    requestId: z.string(),
    errors: z.array(ProblemFault).optional(),
    /** Of `preview-needed`: what the change would do, and the token that confirms it. */
    preview: ChangePreview.optional(),
  })
  .meta({ id: 'Problem' });

export type Problem = z.infer<typeof Problem>;
export type ProblemFault = z.infer<typeof ProblemFault>;

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** Every problem of this API. A code, once given out, keeps its meaning and its status. */
export const PROBLEMS = {
  'malformed-request': { status: 400, title: 'The request cannot be read' },
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'json-too-deep': { status: 400, title: 'The body is nested too deeply' },
  'validation-failed': { status: 400, title: 'Fields break their rules' },
  unauthorized: { status: 401, title: 'A valid access token is needed' },
  'foreign-origin': { status: 403, title: 'Changes from another origin are refused' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'backtest-not-found': { status: 404, title: 'There is no such backtest' },
  'backfill-not-found': { status: 404, title: 'There is no such backfill' },
  'series-not-followed': { status: 404, title: 'The series is not followed' },
  'portfolio-not-found': { status: 404, title: 'There is no such portfolio' },
  'plan-not-found': { status: 404, title: 'There is no such plan' },
  'account-not-found': { status: 404, title: 'There is no such account' },
  'reconciliation-not-found': { status: 404, title: 'There is no such reconciliation' },
  'evaluation-not-found': { status: 404, title: 'The portfolio was not looked at then' },
  'switch-not-set': { status: 404, title: 'The kill switch is not engaged' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'run-not-finished': { status: 409, title: 'The run has no result' },
  'run-is-active': { status: 409, title: 'The run is queued or running' },
  'name-taken': { status: 409, title: 'Another portfolio has this name' },
  /** Somebody else changed it since: read it again. */
  'version-mismatch': { status: 409, title: 'The portfolio has changed since' },
  'plan-open': { status: 409, title: 'A plan of the portfolio is open' },
  /** The change would trade much at once: look at the preview, and send its token. */
  'preview-needed': { status: 409, title: 'The change must be looked at first' },
  /** The second of the two acts that live trading with real money takes. */
  'confirmation-needed': { status: 409, title: 'Real money is at stake: confirm it' },
  'not-live-ready': { status: 409, title: 'The account is not fit for live trading' },
  'state-conflict': { status: 409, title: 'The portfolio is not in a state for this' },
  'insufficient-balance': { status: 409, title: 'There is not that much to move' },
  'plan-not-abandonable': { status: 409, title: 'Only a plan that needs a person can be abandoned' },
  'account-unreconciled': { status: 409, title: 'The books have not been found equal since' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be JSON' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key belongs to another request' },
  /** The fields are well formed, but no backtest can come of them: no candles, no overlap, an unknown asset. */
  'backtest-impossible': { status: 422, title: 'No backtest can come of this' },
  /** Well formed, but the exchange has nothing of the kind: an unknown market, an interval it does not serve, a time before the listing. */
  'backfill-impossible': { status: 422, title: 'The exchange cannot give these candles' },
  /** Well formed, but no portfolio can come of it: every reason is among the errors. */
  'portfolio-impossible': { status: 422, title: 'No portfolio can come of this' },
  'too-many-streams': { status: 429, title: 'Too many event streams are open' },
  'internal-error': { status: 500, title: 'Something went wrong here' },
  'database-unavailable': { status: 503, title: 'The database cannot be reached' },
  'exchange-unavailable': { status: 503, title: 'Nothing is known of the exchange yet' },
  'queue-unavailable': { status: 503, title: 'The queue cannot be reached' },
  overloaded: { status: 503, title: 'Too many requests at once' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly title: string }>>;

export type ProblemCode = keyof typeof PROBLEMS;
