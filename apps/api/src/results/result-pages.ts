import { Router, type RequestHandler, type Response } from 'express';
import type { BacktestResultReader, BacktestRun, BacktestRunStore } from '#application';
import { BacktestId } from '#contracts';
import type { Authenticate } from '#platform';
import { requireToken } from '../access/browser-access.js';
import { apiProblem, backtestNotFound } from '../problems.js';
import { resultPage, unfinishedPage } from './result-page.js';
import { PAGE_POLICY } from './result-style.js';

export const RESULTS_PATH = '/results';

/** More rows than anybody reads; the rest is a command away. */
const REBALANCES_SHOWN = 200;

export interface ResultPagesOptions {
  readonly runs: Pick<BacktestRunStore, 'find'>;
  readonly results: BacktestResultReader;
  readonly authenticate: Authenticate;
}

/** `GET /results/ID`: a run's result as a page for people, behind the access token as the queue board is. */
export function createResultPages(options: ResultPagesOptions): Router {
  const router = Router();
  router.use(keepOutOfCaches, requireToken(options.authenticate));
  router.get('/:id', showResult(options));
  return router;
}

function showResult({ runs, results }: ResultPagesOptions): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const id = BacktestId.safeParse(request.params.id);
    if (!id.success) throw apiProblem('not-found', 'a result has an address such as /results/bt_01JD9Z5X8Q4Y6T2M3N7P0R1S5V');
    const run = await runs.find(id.data);
    if (run === null) throw backtestNotFound(id.data);
    sendPage(response, run.status === 'completed' ? await completedPage(run, results) : unfinishedPage(run));
  };
}

async function completedPage(run: BacktestRun, results: BacktestResultReader): Promise<string> {
  const [document, equity, weights, rebalances] = await Promise.all([
    results.document(run.id), results.equity(run.id), results.weights(run.id), results.rebalances(run.id, REBALANCES_SHOWN),
  ]);
  // It was deleted in between.
  if (document === null || equity === null || rebalances === null) throw backtestNotFound(run.id);
  return resultPage({ run, document, equity, weights, rebalances: rebalances.items });
}

/** What was refused or not found as well: a run that is not there yet may be in a moment. */
const keepOutOfCaches: RequestHandler = (_request, response, next) => {
  response.setHeader('Cache-Control', 'no-store');
  next();
};

function sendPage(response: Response, page: string): void {
  response.set({ 'Content-Security-Policy': PAGE_POLICY }).type('html').send(page);
}
