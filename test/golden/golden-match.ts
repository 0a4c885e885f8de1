import type { GoldenSummary, GoldenTrade } from './golden-file.js';

/** What a run came to, in the golden files' words. */
export interface RunOutcome {
  readonly bars: number;
  readonly summary: GoldenSummary;
  readonly trades: readonly GoldenTrade[];
}

/** What must be equal to the letter: the number of bars, the counts, and every trade's time, side and asset in order. */
export function wordsOf({ bars, summary, trades }: RunOutcome) {
  const { rebalanceCount, tradeCount, kinds } = summary;
  const { upside, downside, limit } = kinds;
  const lines = trades.map(({ time, side, asset }) => `${time} ${side} ${asset}`);
  return { bars, rebalanceCount, tradeCount, upside, downside, limit, isWinRateNull: summary.winRate === null, lines };
}

/** The largest relative difference between the numbers of two runs with equal words. */
export function largestDifference(actual: RunOutcome, golden: RunOutcome): number {
  const expected = numbersOf(golden);
  return numbersOf(actual).reduce(
    (largest, number, index) => Math.max(largest, relativeDifference(number, expected[index]!)), 0,
  );
}

/** NaN where either is not a number, so that no comparison with a bound can pass. */
function relativeDifference(a: number, b: number): number {
  return a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
}

function numbersOf({ summary, trades }: RunOutcome): readonly number[] {
  const { finalValue, totalReturn, maxDrawdown, sharpe, winRate, feesPaid } = summary;
  const figures = [finalValue, totalReturn, maxDrawdown, sharpe, winRate ?? 0, feesPaid];
  return [...figures, ...trades.flatMap(({ quantity, price, value }) => [quantity, price, value])];
}
