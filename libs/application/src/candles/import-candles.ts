import { candleAt, gapJumpBetween, INTERVAL_MS, type Candle, type CandleColumns, type GapJump, type SeriesIdentity } from '#domain';
import type { CandleFile, CandleFileTally } from './candle-source.port.js';
import type { CandleStore, UpsertCounts } from './candle-store.port.js';

/** A report names this many jumps and counts the rest. */
const MAX_REPORTED_JUMPS = 20;

export interface ImportedFile {
  readonly path: string;
  readonly identity: SeriesIdentity;
  readonly tally: CandleFileTally;
  readonly counts: UpsertCounts;
  /** Prices that leap across a gap: the name may have been given to another asset. */
  readonly jumps: readonly GapJump[];
  readonly jumpCount: number;
  /** The smallest distance of two neighbors, ms; null below two candles. Many intervals: the file is of another interval than it says. */
  readonly smallestStepMs: number | null;
}

/** Stores one file of candles, all of its good rows or nothing, and says what was in it. */
export async function importCandleFile(store: CandleStore, file: CandleFile): Promise<ImportedFile> {
  const watch = new GapWatch(INTERVAL_MS[file.identity.interval]);
  const counts = await store.upsertCandles(file.identity, watched(file.batches(), watch), file.path);
  const { jumps, count, smallestStepMs } = watch;
  return {
    path: file.path, identity: file.identity, tally: file.tally(), counts, jumps, jumpCount: count,
    smallestStepMs: Number.isFinite(smallestStepMs) ? smallestStepMs : null,
  };
}

async function* watched(batches: AsyncIterable<CandleColumns>, watch: GapWatch): AsyncGenerator<CandleColumns> {
  for await (const batch of batches) {
    watch.look(batch);
    yield batch;
  }
}

/** Follows a series through its batches, since a gap may lie between two of them. */
class GapWatch {
  readonly jumps: GapJump[] = [];
  count = 0;
  smallestStepMs = Infinity;
  private last: Candle | null = null;

  constructor(private readonly intervalMs: number) {}

  look(batch: CandleColumns): void {
    const { openTimesMs } = batch;
    for (let i = 0; i < openTimesMs.length; i++) {
      const stepMs = openTimesMs[i]! - (i > 0 ? openTimesMs[i - 1]! : (this.last?.openTimeMs ?? -Infinity));
      if (stepMs < this.smallestStepMs) this.smallestStepMs = stepMs;
      if (stepMs > this.intervalMs) this.judge(i > 0 ? candleAt(batch, i - 1) : this.last, candleAt(batch, i));
    }
    this.last = candleAt(batch, openTimesMs.length - 1);
  }

  private judge(before: Candle | null, after: Candle): void {
    const jump = before === null ? null : gapJumpBetween(before, after, this.intervalMs);
    if (jump === null) return;
    this.count += 1;
    if (this.jumps.length < MAX_REPORTED_JUMPS) this.jumps.push(jump);
  }
}
