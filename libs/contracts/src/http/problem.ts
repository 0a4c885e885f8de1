import { z } from 'zod';

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
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'run-not-finished': { status: 409, title: 'The run has no result' },
  'run-is-active': { status: 409, title: 'The run is queued or running' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be JSON' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key belongs to another request' },
  /** The fields are well formed, but no backtest can come of them: no candles, no overlap, an unknown asset. */
  'backtest-impossible': { status: 422, title: 'No backtest can come of this' },
  /** Well formed, but the exchange has nothing of the kind: an unknown market, an interval it does not serve, a time before the listing. */
  'backfill-impossible': { status: 422, title: 'The exchange cannot give these candles' },
  'too-many-streams': { status: 429, title: 'Too many event streams are open' },
  'internal-error': { status: 500, title: 'Something went wrong here' },
  'database-unavailable': { status: 503, title: 'The database cannot be reached' },
  'exchange-unavailable': { status: 503, title: 'Nothing is known of the exchange yet' },
  'queue-unavailable': { status: 503, title: 'The queue cannot be reached' },
  overloaded: { status: 503, title: 'Too many requests at once' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly title: string }>>;

export type ProblemCode = keyof typeof PROBLEMS;
