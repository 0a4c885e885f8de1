import { drawdownsOf, evenIndexes, extremeIndexes, type EquityColumns, type StoredTrade, type StoredWeights } from '#application';
import type { BacktestTrade, SeriesPoints, WeightsPoints } from '#contracts';
import type { z } from 'zod';

type SeriesDocument = z.infer<typeof SeriesPoints>;
type WeightsDocument = z.infer<typeof WeightsPoints>;

/** Equity at no more than so many bars, its extremes among them. */
export function presentEquity({ openTimesMs, equity }: EquityColumns, points: number): SeriesDocument {
  return seriesOf(openTimesMs, equity, points);
}

/** Drawdown computed over every bar, and only then thinned out. */
export function presentDrawdown({ openTimesMs, equity }: EquityColumns, points: number): SeriesDocument {
  return seriesOf(openTimesMs, drawdownsOf(equity), points);
}

export function presentWeights(stored: StoredWeights, assets: readonly string[], points: number): WeightsDocument {
  const indexes = evenIndexes(stored.timesMs.length, points);
  return {
    timesMs: pick(stored.timesMs, indexes),
    assets: [...assets],
    weights: stored.weights.map((column) => pick(column, indexes)),
    reserve: pick(stored.reserve, indexes),
  };
}

export function presentTrade({ timeMs, ...trade }: StoredTrade): z.infer<typeof BacktestTrade> {
  return { time: timeMs, ...trade };
}

function seriesOf(timesMs: Float64Array, values: Float64Array, points: number): SeriesDocument {
  const indexes = extremeIndexes(values, points);
  return { timesMs: pick(timesMs, indexes), values: pick(values, indexes), bars: values.length };
}

const pick = (column: Float64Array, indexes: readonly number[]): number[] => indexes.map((index) => column[index]!);
