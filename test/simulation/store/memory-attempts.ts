import type { AttemptChange, AttemptRecord, IntentRecord } from '#application';
import { INTENT_TRANSITIONS, isSettled, transitionIntent, type AttemptState, type IntentState } from '#domain';
import { keyOf, type MemoryDatabase } from './memory-database.js';
import { attemptRecordOf, intentRecordOf, shortened } from './records.js';
import type { AttemptRow, IntentRow, QuarantineRow } from './rows.js';
import { queueJobs, refuseUnfit } from './writers.js';

const SETTLED_ATTEMPTS: ReadonlySet<AttemptState> = new Set(['rejected', 'not-sent', 'dead', 'done']);

/** @throws Error for an event that the intent's state does not know, or an attempt that is not its own */
export function changeAttempt(database: MemoryDatabase, change: AttemptChange): boolean {
  const { intentId, leaseEpoch, event, clientOrderId } = change;
  refuseUnfit(change.jobs);
  const intent = database.intents.get(intentId);
  if (intent === undefined || intent.leaseEpoch !== leaseEpoch) return false;
  const to = event === undefined ? null : (INTENT_TRANSITIONS[intent.state][event] ?? transitionIntent(intent.state, event));
  changeIntent(database, intent, to, change);
  const attempt = database.attempts.get(clientOrderId);
  if (attempt?.intentId !== intentId) throw new Error(`order intent ${intentId} has no attempt ${clientOrderId}`);
  database.attempts.update(clientOrderId, changeOfAttempt(attempt, change));
  if (change.quarantineUntilMs !== undefined) {
    quarantine(database, { accountId: intent.accountId, marketId: intent.marketId, untilMs: change.quarantineUntilMs, reason: change.reason ?? 'an order of unknown fate' });
  }
  queueJobs(database, change.jobs);
  return true;
}

function changeIntent({ intents }: MemoryDatabase, intent: IntentRow, to: IntentState | null, { atMs, reason, releaseLease, nextActionMs }: AttemptChange): void {
  const end: Partial<IntentRow> = to === null ? {} : { state: to, finishedMs: isSettled(to) ? atMs : null };
  intents.update(intent.id, {
    ...end, reason: reason === undefined ? intent.reason : shortenedOrNull(reason), leaseUntilMs: releaseLease ? null : intent.leaseUntilMs, nextActionMs, changedMs: atMs,
  });
}

const shortenedOrNull = (text: string | null): string | null => (text === null ? null : shortened(text));

function changeOfAttempt(attempt: AttemptRow, { atMs, attemptTo, venueOrderId, outcome, reason, vote }: AttemptChange): Partial<AttemptRow> {
  const cause = shortenedOrNull(outcome === undefined ? (reason ?? null) : outcome.cause);
  const state: Partial<AttemptRow> = attemptTo === undefined ? {} : { state: attemptTo, settledMs: SETTLED_ATTEMPTS.has(attemptTo) ? atMs : null };
  const answer: Partial<AttemptRow> = outcome === undefined ? {} : { httpStatus: outcome.httpStatus, code: outcome.code };
  const voted: Partial<AttemptRow> = vote === true ? { notFoundVotes: attempt.notFoundVotes + 1, lastVoteMs: atMs, firstVoteMs: attempt.firstVoteMs ?? atMs } : {};
  return { ...state, ...answer, ...voted, venueOrderId: venueOrderId ?? attempt.venueOrderId, cause: cause ?? attempt.cause, changedMs: atMs };
}

/** Never shortens one that stands. */
export function quarantine({ quarantines }: MemoryDatabase, wanted: QuarantineRow): void {
  const row = { ...wanted, reason: shortened(wanted.reason) };
  const before = quarantines.get(keyOf(row.accountId, row.marketId));
  if (before === undefined) quarantines.insert(row);
  else if (before.untilMs < row.untilMs) quarantines.update(keyOf(row.accountId, row.marketId), row);
}

const IN_FLIGHT: ReadonlySet<IntentState> = new Set(['sending', 'unknown', 'acked']);
const TAKEN_OVER: ReadonlySet<IntentState> = new Set(['sending', 'unknown', 'acked', 'dead', 'rejected', 'needs-human']);

export function takeOver(database: MemoryDatabase, intentId: string, holder: string, nowMs: number, leaseMs: number): { readonly intent: IntentRecord; readonly attempt: AttemptRecord } | null {
  const intent = database.intents.get(intentId);
  if (intent === undefined || !TAKEN_OVER.has(intent.state) || intent.attemptCount === 0 || (intent.leaseUntilMs !== null && intent.leaseUntilMs > nowMs)) return null;
  const taken = database.intents.update(intentId, {
    state: intent.state === 'sending' ? 'unknown' : intent.state, leaseEpoch: intent.leaseEpoch + 1, leaseUntilMs: nowMs + leaseMs,
    nextActionMs: IN_FLIGHT.has(intent.state) ? nowMs + leaseMs : intent.nextActionMs, changedMs: nowMs, changedBy: holder,
  });
  for (const { clientOrderId, state } of database.indexes.attemptsOfIntent(intentId)) {
    if (state === 'prepared') database.attempts.update(clientOrderId, { state: 'unknown', cause: 'its sender was lost', changedMs: nowMs, changedBy: holder });
  }
  const latest = database.indexes.attemptsOfIntent(intentId).reduce((one, other) => (other.attemptNo > one.attemptNo ? other : one));
  return { intent: intentRecordOf(taken), attempt: attemptRecordOf(latest) };
}
