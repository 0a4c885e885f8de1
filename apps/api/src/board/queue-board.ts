import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { Router, type RequestHandler } from 'express';
import { accountReconcile, orderAdvance, planAdvance, portfolioEvaluate } from '#contracts';
import { isFromOwnOrigin, type Authenticate } from '#platform';
import { requireToken } from '../access/browser-access.js';
import { apiProblem } from '../problems.js';

export const BOARD_PATH = '/queues';

export interface BoardOptions {
  readonly queues: readonly ConstructorParameters<typeof BullMQAdapter>[0][];
  /** The board waits for Redis without end; so nobody gets to it while Redis is away. */
  readonly isRedisReady: () => boolean;
  readonly authenticate: Authenticate;
}

/** Bull Board behind the access token. Nest's guards never see a mounted router, so this one brings its own. */
export function createQueueBoard(options: BoardOptions): Router {
  const adapter = new ExpressAdapter();
  adapter.setBasePath(BOARD_PATH);
  createBullBoard({
    queues: options.queues.map((queue) => boardQueue(queue)),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'Rebalancer queues', hideRedisDetails: true, hideDocsLink: true, pollingInterval: { forceInterval: 5 } } },
  });
  const router = Router();
  router.use(requireToken(options.authenticate), refuseForeignChanges, requireRedis(options.isRedisReady));
  router.use(adapter.getRouter() as RequestHandler);
  return router;
}

/** What decides over money is looked at here, and not replayed, promoted or emptied by a click. */
const LOOKED_AT_ONLY: ReadonlySet<string> = new Set([portfolioEvaluate, planAdvance, orderAdvance, accountReconcile].map(({ name }) => name));

/** Only ids are shown, whatever a job may come to carry. */
function boardQueue(queue: BoardOptions['queues'][number]): BullMQAdapter {
  const adapter = new BullMQAdapter(queue, { readOnlyMode: LOOKED_AT_ONLY.has(queue.name) });
  adapter.setFormatter('data', idsOnly);
  adapter.setFormatter('returnValue', () => undefined);
  adapter.setFormatter('name', ({ name }: { readonly name: string }) => name);
  return adapter;
}

export function idsOnly(data: unknown): unknown {
  const entries = Object.entries((data ?? {}) as Record<string, unknown>);
  return Object.fromEntries(entries.filter(([name, value]) => /(?:^id|Id)$/u.test(name) && typeof value === 'string' && value.length <= 64));
}

/** Browsers send a password they remember on behalf of any page, so a foreign page must not be able to change anything. */
const refuseForeignChanges: RequestHandler = (request, response, next) => {
  if (!isFromOwnOrigin(request.method, request.headers)) throw apiProblem('foreign-origin', 'changes are taken from this address only');
  response.setHeader('Cache-Control', 'no-store');
  next();
};

function requireRedis(isRedisReady: () => boolean): RequestHandler {
  return (request, _response, next) => {
    // Express finds a route in any case of its letters.
    if (request.path.toLowerCase().startsWith('/api') && !isRedisReady()) {
      throw apiProblem('queue-unavailable', 'Redis cannot be reached; runs are still accepted, and wait', { headers: { 'Retry-After': '5' } });
    }
    next();
  };
}
