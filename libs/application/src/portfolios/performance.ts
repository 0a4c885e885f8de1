import type { PortfolioStore } from './portfolio-store.port.js';
import type { EquityPoint } from './portfolio.js';

/** Returns are time-weighted: what came in or went out is no gain or loss. As fractions; null: there are no points for it yet. */
export interface Performance {
  /** Of the last point; null: none was recorded. */
  readonly asOfMs: number | null;
  readonly sinceStart: number | null;
  readonly lastDay: number | null;
  readonly lastWeek: number | null;
  readonly lastMonth: number | null;
  /** Of the return index from its peak before, so that a withdrawal is none. */
  readonly maxDrawdown: number | null;
  /** In quote: put in less taken out, the capital of the start included. */
  readonly netDeposits: number;
  /** In quote: what it is worth beyond the net deposits. */
  readonly gain: number | null;
}

const DAY_MS = 86_400_000;
const HORIZONS_MS = { lastDay: DAY_MS, lastWeek: 7 * DAY_MS, lastMonth: 30 * DAY_MS } as const;

/**
 * @param points from the portfolio's start on, ascending; they may be thinned, since each sums up those left out before it
 * @param nearby more points of the same portfolio, where `points` are too far apart to find one just before each horizon
 */
export function performanceOf(points: readonly EquityPoint[], nowMs: number, nearby: readonly EquityPoint[] = []): Performance {
  const netDeposits = points.reduce((sum, { flows }) => sum + flows, 0);
  const last = points.at(-1);
  if (last === undefined) return { asOfMs: null, sinceStart: null, lastDay: null, lastWeek: null, lastMonth: null, maxDrawdown: null, netDeposits, gain: null };
  const since = (ageMs: number) => growth(latestBy([...points, ...nearby], nowMs - ageMs), last);
  return {
    asOfMs: last.atMs, sinceStart: growth(points[0], last),
    lastDay: since(HORIZONS_MS.lastDay), lastWeek: since(HORIZONS_MS.lastWeek), lastMonth: since(HORIZONS_MS.lastMonth),
    maxDrawdown: points.reduce((worst, { drawdown }) => Math.max(worst, drawdown), 0),
    netDeposits, gain: last.equity - netDeposits,
  };
}

function latestBy(points: readonly EquityPoint[], atMs: number): EquityPoint | undefined {
  return points.reduce<EquityPoint | undefined>((latest, point) => (point.atMs <= atMs && point.atMs > (latest?.atMs ?? -1) ? point : latest), undefined);
}

/** From an index of zero, where all was lost, nothing can be counted. */
function growth(from: EquityPoint | undefined, to: EquityPoint): number | null {
  return from === undefined || from.returnIndex <= 0 ? null : to.returnIndex / from.returnIndex - 1;
}

/** Enough for figures; the database sums up the rest. */
const POINTS = 400;
/** A portfolio that is looked at has a point within it. */
const NEARBY_MS = 3_600_000;

/** @throws StoreFailure */
export async function readPerformance(store: Pick<PortfolioStore, 'equity'>, portfolioId: string, nowMs: number): Promise<Performance> {
  const [points, ...nearby] = await Promise.all([
    store.equity(portfolioId, 0, nowMs, POINTS),
    ...Object.values(HORIZONS_MS).map((ageMs) => store.equity(portfolioId, Math.max(0, nowMs - ageMs - NEARBY_MS), Math.max(0, nowMs - ageMs), 1)),
  ]);
  return performanceOf(points, nowMs, nearby.flat());
}
