import type { z } from 'zod';
import type { BacktestRun, BacktestSpec, SubmitBacktest, SubmitCommand } from '#application';
import { parseParameters, type StrategyParameters } from '#domain';
import { IdempotencyKey, type SubmitBacktest as SubmitBacktestBody } from '#contracts';
import { apiProblem } from '../problems.js';

type Body = z.infer<typeof SubmitBacktestBody>;

export interface SubmitRequest {
  readonly body: Body;
  readonly isForced: boolean;
  readonly idempotencyKey: string | null;
  readonly principal: string;
}

export interface AcceptedRun {
  readonly run: BacktestRun;
  readonly isCached: boolean;
}

const DAY_MS = 86_400_000;

/** The accepted run, or the problem that says why there is none. */
export async function submitOrRefuse(useCase: Pick<SubmitBacktest, 'run'>, request: SubmitRequest): Promise<AcceptedRun> {
  const result = await useCase.run(commandOf(request));
  if (result.kind === 'accepted') return result;
  if (result.kind === 'key-reused') throw apiProblem('idempotency-key-reused', 'this Idempotency-Key came with another request before; take a new one');
  throw apiProblem('backtest-impossible', result.faults[0]?.detail ?? 'no backtest can come of this', { faults: result.faults });
}

export function commandOf({ body, isForced, idempotencyKey, principal }: SubmitRequest): SubmitCommand {
  return {
    spec: specOf(body),
    labels: { name: body.name ?? null, tags: body.tags, note: body.note ?? null },
    priority: body.priority,
    isForced,
    idempotency: idempotencyKey === null ? null : { principal, key: idempotencyKey },
  };
}

function specOf({ exchange, quote, interval, assets, from, to, parameters, periodicRebalanceDays }: Body): BacktestSpec {
  return {
    exchange,
    quote,
    interval,
    assets,
    fromMs: from === undefined ? null : Date.parse(from),
    toMs: to === undefined ? null : Date.parse(to),
    parameters: completed(parameters),
    periodicEveryMs: Math.round(periodicRebalanceDays * DAY_MS),
  };
}

/** The schema is made from the same rules, so what it let through is valid; only the defaults are filled in. */
function completed(parameters: Body['parameters']): StrategyParameters {
  const parsed = parseParameters(parameters);
  if (parsed.ok) return parsed.parameters;
  const faults = parsed.faults.map(({ field, rule, received }) => ({ pointer: `/parameters/${field}`, code: 'invalid-parameter', detail: `${rule}; received ${received}` }));
  throw apiProblem('validation-failed', 'a parameter breaks its rule', { faults });
}

/** @throws a problem where the header is there and malformed. */
export function parseIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  const parsed = IdempotencyKey.safeParse(header);
  if (parsed.success) return parsed.data;
  const detail = parsed.error.issues[0]?.message ?? 'malformed';
  throw apiProblem('validation-failed', `Idempotency-Key: ${detail}`, { faults: [{ pointer: 'Idempotency-Key', code: 'invalid-header', detail }] });
}
