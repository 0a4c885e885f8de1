import { check } from './refused.js';
import type { EquityRow } from './rows.js';
import type { Tables } from './tables.js';

/** What libs/persistence/src/migrations/trading/evaluations.ts checks, but for the order of looks, which stands with the rules of all. */
export function installLookRules({ evaluations, looks, equity, newestEquity }: Tables): void {
  evaluations.watch(({ firstMs, lastMs, lookCount, lookSeq }) => {
    check(lookSeq > 0 && (lastMs === null || lastMs >= firstMs), 'an evaluation does not end before it begins');
    check((lastMs === null) === (lookCount === null) && (lookCount === null || lookCount > 0), 'an evaluation that has ended tells its looks');
  });
  looks.watch(({ evaluationId, evaluationLooks }) => check((evaluationId === null) === (evaluationLooks === 0), 'looks are of an evaluation'));
  equity.watch((row) => check(isSound(row), 'equity is made of numbers, with its index below its peak'));
  equity.watch(({ portfolioId, atMs, configVersion }) => {
    const newest = newestEquity.get(portfolioId);
    if (newest === undefined) newestEquity.insert({ portfolioId, atMs, configVersion });
    else if (newest.atMs < atMs) newestEquity.update(portfolioId, { atMs, configVersion });
  });
}

const isSound = ({ equity, cash, flows, flowsTotal, returnIndex, peakIndex }: EquityRow): boolean =>
  [equity, cash, flows, flowsTotal, returnIndex, peakIndex].every(Number.isFinite) && peakIndex >= returnIndex;
