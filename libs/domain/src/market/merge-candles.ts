import { candleAt, CandleColumnsBuilder, type Candle, type CandleColumns } from './candle-columns.js';

/** A closed candle that was stored with other figures than a later source gives. */
export interface CandleCorrection {
  readonly before: Candle;
  readonly after: Candle;
}

export interface MergedCandles {
  readonly columns: CandleColumns;
  readonly insertedCount: number;
  readonly unchangedCount: number;
  readonly corrections: readonly CandleCorrection[];
}

/**
 * Both inputs ascending and without duplicates; so is the result. Where both have a candle the incoming one stands,
 * and is a correction if any figure differs in any bit.
 */
export function mergeCandles(stored: CandleColumns, incoming: CandleColumns): MergedCandles {
  const merged = new CandleColumnsBuilder(stored.openTimesMs.length + incoming.openTimesMs.length);
  const corrections: CandleCorrection[] = [];
  let [storedIndex, insertedCount, unchangedCount] = [0, 0, 0];
  for (let i = 0; i < incoming.openTimesMs.length; i++) {
    const after = candleAt(incoming, i);
    while (timeAt(stored, storedIndex) < after.openTimeMs) merged.push(candleAt(stored, storedIndex++));
    if (timeAt(stored, storedIndex) === after.openTimeMs) {
      const before = candleAt(stored, storedIndex++);
      if (isSameCandle(before, after)) unchangedCount += 1;
      else corrections.push({ before, after });
    } else insertedCount += 1;
    merged.push(after);
  }
  while (storedIndex < stored.openTimesMs.length) merged.push(candleAt(stored, storedIndex++));
  return { columns: merged.take(), insertedCount, unchangedCount, corrections };
}

/** Infinity past the end, so that no loop needs to ask. */
function timeAt(columns: CandleColumns, index: number): number {
  return columns.openTimesMs[index] ?? Infinity;
}

function isSameCandle(a: Candle, b: Candle): boolean {
  return a.open === b.open && a.high === b.high && a.low === b.low && a.close === b.close && a.volume === b.volume;
}
