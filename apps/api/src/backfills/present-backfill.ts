import { progressOf, type CandleBackfill, type VenueName } from '#application';
import type { CandleBackfill as CandleBackfillDocument } from '#contracts';
import { instantOf } from '../backtests/present-run.js';

/** A backfill as it goes over the wire. */
export function presentBackfill(backfill: CandleBackfill): CandleBackfillDocument {
  const { exchange, base, quote, interval } = backfill.identity;
  return {
    id: backfill.id,
    // Only what an exchange of ours gave is ever fetched.
    exchange: exchange as VenueName,
    base,
    quote,
    interval,
    from: new Date(backfill.fromMs).toISOString(),
    to: new Date(backfill.toMs).toISOString(),
    status: backfill.status,
    progressFraction: progressOf(backfill),
    inserted: backfill.insertedCount,
    unchanged: backfill.unchangedCount,
    corrected: backfill.correctedCount,
    gaps: backfill.gapCount,
    isFollowed: backfill.isFollowed,
    problem: backfill.problem,
    notice: backfill.notice,
    created: new Date(backfill.createdAtMs).toISOString(),
    started: instantOf(backfill.startedAtMs),
    finished: instantOf(backfill.finishedAtMs),
  };
}
