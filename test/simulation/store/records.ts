import type { AttemptRecord, ExecutionStore, IntentRecord, PlanRecord } from '#application';
import type { AttemptRow, IntentRow, PlanRow } from './rows.js';

export type KnownAttempt = Awaited<ReturnType<ExecutionStore['attemptsOf']>>[number];

const LONGEST_REASON = 2_000;

/** As `left(text, 2000)` does, which counts characters. */
export const shortened = (text: string): string => (text.length <= LONGEST_REASON ? text : Array.from(text).slice(0, LONGEST_REASON).join(''));

/** Without what the row has beside the record. */
export function planRecordOf(row: PlanRow): PlanRecord {
  const { requeuedMs: _requeuedMs, changedMs: _changedMs, changedBy: _changedBy, ...record } = row;
  return record;
}

export function intentRecordOf(row: IntentRow): IntentRecord {
  const { requeuedMs: _requeuedMs, changedMs: _changedMs, changedBy: _changedBy, ...record } = row;
  return record;
}

export function attemptRecordOf(row: AttemptRow): AttemptRecord {
  const { accountId: _accountId, portfolioId: _portfolioId, facts: _facts, version: _version, changedMs: _changedMs, changedBy: _changedBy, ...record } = row;
  return record;
}

/** An attempt with what it was of. */
export const knownAttemptOf = (attempt: AttemptRow, { marketId, side, state }: IntentRow): KnownAttempt => ({
  ...attemptRecordOf(attempt), portfolioId: attempt.portfolioId, marketId, side, intentState: state,
});

/** By one number and then by one text, as they stand in the rows. */
export const inOrder = <Row>(rows: readonly Row[], numberOf: (row: Row) => number, textOf: (row: Row) => string): Row[] =>
  rows.toSorted((one, other) => numberOf(one) - numberOf(other) || compareTexts(textOf(one), textOf(other)));

export function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
