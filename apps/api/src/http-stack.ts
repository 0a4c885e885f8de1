import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import { limitConcurrency, logRequests, nameRequest, readJsonBody, type Logger, type Middleware } from '#platform';
import { API_LIMITS } from './limits.js';

/** What every request passes before Nest routes it, in this order. */
export function useHttpStack(app: NestExpressApplication, log: Logger): void {
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(nameRequest, logRequests(log), securityHeaders());
  app.use(limitConcurrency(API_LIMITS.requests, isBoundedElsewhere));
  app.use('/v1', keepOutOfCaches, readJsonBody(API_LIMITS.body));
}

/** Only what this host serves itself is loaded, so that the pages work offline and leak nothing. */
function securityHeaders(): Middleware {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        // Swagger UI and Bull Board set styles from their scripts.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
  }) as Middleware;
}

const keepOutOfCaches: Middleware = (_request, response, next) => {
  response.setHeader('Cache-Control', 'no-store');
  next();
};

const isBoundedElsewhere = (path: string): boolean => path === '/livez' || path === '/readyz' || path.endsWith('/events');
