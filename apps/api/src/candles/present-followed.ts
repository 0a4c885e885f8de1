import type { FollowedSeries, VenueName } from '#application';
import type { FollowedSeriesRow } from '#contracts';
import { instantOf } from '../backtests/present-run.js';

export function presentFollowed({ identity, followedAtMs, nextFromMs, isBackfilling, isListed }: FollowedSeries): FollowedSeriesRow {
  const { exchange, base, quote, interval } = identity;
  // Only what an exchange of ours gives is ever followed.
  return { exchange: exchange as VenueName, base, quote, interval, followed: new Date(followedAtMs).toISOString(), next: instantOf(nextFromMs), isBackfilling, isListed };
}
