import { isSameDifference } from '#domain';
import type { BalanceDifference, ReconciliationRun } from '../accounts/account-store.port.js';

/**
 * Differences that stood in every comparison for so long, the newest of `earlier` first: what is still on its way has come by
 * then. Those that were seen for the first time just now are never among them.
 */
export function confirmedDifferences(
  differences: readonly BalanceDifference[], earlier: readonly ReconciliationRun[], nowMs: number, confirmAfterMs: number,
): readonly BalanceDifference[] {
  const compared = earlier.filter(({ state }) => state === 'done');
  return differences.filter((difference) => {
    const sinceMs = seenSinceMs(difference, compared);
    return sinceMs !== null && nowMs - sinceMs >= confirmAfterMs;
  });
}

function seenSinceMs(difference: BalanceDifference, compared: readonly ReconciliationRun[]): number | null {
  let sinceMs: number | null = null;
  for (const run of compared) {
    if (!run.differences.some((seen) => isSameDifference(seen, difference))) break;
    sinceMs = run.finishedMs ?? run.requestedMs;
  }
  return sinceMs;
}
