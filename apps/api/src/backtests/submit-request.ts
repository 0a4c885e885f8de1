import type { z } from 'zod';
import type { BacktestRun } from '#application';
import { IdempotencyKey, type SubmitBacktest } from '#contracts';
import { apiProblem } from '../problems.js';

export interface SubmitRequest {
  readonly request: z.infer<typeof SubmitBacktest>;
  readonly force: boolean;
  readonly key: string | null;
  readonly principal: string;
}

export interface SubmitBacktestUseCase {
  run(command: SubmitRequest): Promise<{ readonly kind: 'key-reused' } | { readonly kind: 'accepted'; readonly run: BacktestRun; readonly isCached: boolean }>;
}

export async function submitOrRefuse(useCase: SubmitBacktestUseCase, submit: SubmitRequest): Promise<{ readonly run: BacktestRun; readonly isCached: boolean }> {
  const outcome = await useCase.run(submit);
  if (outcome.kind === 'key-reused') throw apiProblem('idempotency-key-reused', 'this Idempotency-Key came with another request before; take a new one');
  return outcome;
}

/** @throws a problem where the header is there and malformed. */
export function parseIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  const parsed = IdempotencyKey.safeParse(header);
  if (parsed.success) return parsed.data;
  const detail = parsed.error.issues[0]?.message ?? 'malformed';
  throw apiProblem('validation-failed', `Idempotency-Key: ${detail}`, { faults: [{ pointer: 'Idempotency-Key', code: 'invalid-header', detail }] });
}
