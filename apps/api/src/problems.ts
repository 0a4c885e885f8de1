import { InvalidCursor, StoreFailure } from '#application';
import { PROBLEMS, type ProblemCode } from '#contracts';
import { TransportFailure } from '#messaging';
import { HttpProblem, type ProblemCatalogue, type ProblemExtras } from '#platform';

export const API_PROBLEMS: ProblemCatalogue = PROBLEMS;

/** A problem of this API; its status and title are the catalogue's. */
export const apiProblem = (code: ProblemCode, detail: string, extras?: ProblemExtras): HttpProblem<ProblemCode> =>
  new HttpProblem(code, detail, extras);

export const backtestNotFound = (id: string): HttpProblem => apiProblem('backtest-not-found', `there is no backtest ${id}`);

export const backfillNotFound = (id: string): HttpProblem => apiProblem('backfill-not-found', `there is no backfill ${id}`);

export const seriesNotFollowed = (series: string): HttpProblem => apiProblem('series-not-followed', `${series} is not followed`);

/** Nothing is known of the exchange's markets, so nothing can be said about them. */
export const exchangeUnavailable = (detail: string): HttpProblem => apiProblem('exchange-unavailable', detail, { headers: { 'Retry-After': '5' } });

const RETRY_SOON = { 'Retry-After': '2' } as const;

/** What use cases and stores throw, in the words of HTTP; null: nothing that a client should know more about. */
export function translateFailure(error: unknown): HttpProblem | null {
  if (error instanceof InvalidCursor) {
    return apiProblem('validation-failed', error.message, { faults: [{ pointer: '?after', code: 'invalid-cursor', detail: error.message }] });
  }
  if (error instanceof TransportFailure) return apiProblem('queue-unavailable', 'Redis cannot be reached; nothing was changed', { headers: RETRY_SOON, cause: error });
  if (!(error instanceof StoreFailure) || error.kind === 'refused') return null;
  return apiProblem('database-unavailable', 'nothing was changed; try again in a moment', { headers: RETRY_SOON, cause: error });
}
