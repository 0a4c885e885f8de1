import type { ChangeResult, CreateResult, FundsResult, Portfolio, StartResult } from '#application';
import type { HttpProblem } from '#platform';
import { apiProblem, exchangeUnavailable } from '../problems.js';
import { presentPreview } from './present-dry-run.js';

export const portfolioNotFound = (key: string): HttpProblem => apiProblem('portfolio-not-found', `there is no portfolio ${JSON.stringify(key.slice(0, 64))}; \`rebalancer portfolio ls\` names them`);

const keyReused = (): HttpProblem => apiProblem('idempotency-key-reused', 'this Idempotency-Key came with another request before; take a new one');

const planOpen = (planId: string): HttpProblem => apiProblem('plan-open', `plan ${planId} is under way; wait for its end, or pause the portfolio first`);

/** A problem for every way in which it can go wrong. */
type Problems<Result extends { readonly kind: string }, Good extends string> = {
  readonly [Kind in Exclude<Result['kind'], Good>]: (result: Extract<Result, { readonly kind: Kind }>, key: string) => HttpProblem;
};

/** The portfolio, or why there is none. */
export function createdOrProblem(result: CreateResult, name: string): Portfolio {
  if (result.kind === 'created') return result.portfolio;
  throw problemOf(CREATION, result, name);
}

export function changedOrProblem(result: ChangeResult, key: string): Portfolio {
  if (result.kind === 'changed') return result.portfolio;
  throw problemOf(CHANGE, result, key);
}

/** Of a start and of all other changes of state. */
export function movedOrProblem(result: StartResult, key: string, action: string): Portfolio {
  if (result.kind === 'changed') return result.portfolio;
  if (result.kind === 'state-conflict') throw apiProblem('state-conflict', `${action} is for a portfolio that is ${result.allowedFrom.join(' or ')}; this one is ${result.portfolio.state}`);
  throw problemOf(STATE, result, key);
}

export function fundedOrProblem(result: FundsResult, key: string): Portfolio {
  if (result.kind === 'moved') return result.portfolio;
  throw problemOf(FUNDS, result, key);
}

/** The kind picks the problem that was written for it. */
function problemOf(problems: Readonly<Record<string, (result: never, key: string) => HttpProblem>>, result: { readonly kind: string }, key: string): HttpProblem {
  return problems[result.kind]!(result as never, key);
}

const notFound = (_result: unknown, key: string): HttpProblem => portfolioNotFound(key);

const CREATION: Problems<CreateResult, 'created'> = {
  impossible: ({ faults }) => apiProblem('portfolio-impossible', faults[0]?.detail ?? 'no portfolio can come of this', { faults }),
  'name-taken': (_result, name) =>
    apiProblem('name-taken', `a portfolio is called "${name}" already; take another name, or delete that one`, { faults: [{ pointer: '/name', code: 'name-taken', detail: 'take another name' }] }),
  'key-reused': keyReused,
  'exchange-unavailable': ({ detail }) => exchangeUnavailable(detail),
};

const CHANGE: Problems<ChangeResult, 'changed'> = {
  'not-found': notFound,
  'version-mismatch': ({ portfolio }) => apiProblem('version-mismatch', `the portfolio has version ${portfolio.version} by now; read it again and repeat the change on top of that`),
  'plan-open': ({ planId }) => planOpen(planId),
  impossible: ({ faults }) => apiProblem('portfolio-impossible', faults[0]?.detail ?? 'the portfolio cannot be changed like this', { faults }),
  'preview-needed': ({ portfolio, preview: found }) => {
    const preview = presentPreview(portfolio, found);
    return apiProblem('preview-needed', `the change ${preview.why.join('; and it ')}; look at the preview, and send confirm: "${preview.token}" to make it`, { members: { preview } });
  },
  'exchange-unavailable': ({ detail }) => exchangeUnavailable(detail),
};

const STATE: Problems<StartResult, 'changed' | 'state-conflict'> = {
  'not-found': notFound,
  'plan-open': ({ planId }) => planOpen(planId),
  'not-live-ready': ({ reasons }) => {
    const faults = reasons.map(({ code, detail }) => ({ pointer: '', code, detail }));
    return apiProblem('not-live-ready', faults.map(({ detail }) => detail).join('; '), { faults });
  },
  'confirmation-needed': ({ detail }) => apiProblem('confirmation-needed', detail),
};

const FUNDS: Problems<FundsResult, 'moved'> = {
  'not-found': notFound,
  'plan-open': ({ planId }) => planOpen(planId),
  'key-reused': keyReused,
  'insufficient-balance': ({ available }) => apiProblem('insufficient-balance', `${available} can be moved at most`),
};
