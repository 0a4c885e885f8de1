import type { Logger } from '../logging/logger.js';
import { requestIdOf, type Middleware } from './request-context.js';

/** Longer paths are only made by those who try something. */
const SHOWN_PATH_CHARACTERS = 200;

/** One line a request, when it is over. The query is left out: clients put secrets there. */
export function logRequests(log: Logger): Middleware {
  return (request, response, next) => {
    const startedMs = performance.now();
    const path = request.originalUrl.split('?', 1)[0] ?? '';
    response.once('close', () => {
      const fields = {
        event: 'request',
        requestId: requestIdOf(response),
        method: request.method,
        path: path.slice(0, SHOWN_PATH_CHARACTERS),
        status: response.statusCode,
        ms: Math.round(performance.now() - startedMs),
        ...(response.writableFinished ? {} : { isAborted: true }),
      };
      log[isProbe(path) ? 'debug' : 'info'](fields, 'Answered');
    });
    next();
  };
}

const isProbe = (path: string): boolean => path === '/livez' || path === '/readyz';
