import { glueProblem } from './http-problem.js';
import type { Middleware } from './request-context.js';

/** Refuses what comes beyond `limit` requests at once; probes pass, since a busy process is not a dead one. */
export function limitConcurrency(limit: number, isExempt: (path: string) => boolean): Middleware {
  let active = 0;
  return (request, response, next) => {
    if (isExempt(request.path)) return next();
    if (active >= limit) return next(glueProblem('overloaded', `more than ${limit} requests at once`, { headers: { 'Retry-After': '1' } }));
    active += 1;
    response.once('close', () => {
      active -= 1;
    });
    next();
  };
}
