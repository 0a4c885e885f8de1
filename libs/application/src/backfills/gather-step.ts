import { CandleColumnsBuilder } from '#domain';
import type { CandlePage } from '../ports/market-data.port.js';
import { VenueFailure } from '../ports/venue-failure.js';
import type { SeriesStep } from './candle-backfill-store.port.js';

/** As many candles as one stored chunk has: fewer rewrite it more than once. */
const CANDLES_PER_STEP = 16_384;
/** What is gathered for longer is stored as it is, so that little is fetched twice after a crash, and progress is seen. */
const LONGEST_STEP_MS = 3_000;

/** Pages of an exchange on their way to become one step, without a hole between them. */
export class StepGatherer {
  private readonly gathered = new CandleColumnsBuilder();
  private stepFromMs: number;
  private beganAtMs: number | null = null;
  private cursorMs: number;

  constructor(
    fromMs: number,
    private readonly intervalMs: number,
  ) {
    this.stepFromMs = fromMs;
    this.cursorMs = fromMs;
  }

  /** The first open time that has not been asked for. */
  get nextFromMs(): number {
    return this.cursorMs;
  }

  get isEmpty(): boolean {
    return this.cursorMs === this.stepFromMs;
  }

  /** @throws VenueFailure where the page does not go on from the one before. */
  add({ columns, coveredToMs }: CandlePage, nowMs: number): void {
    const [firstMs, lastMs] = [columns.openTimesMs[0] ?? Infinity, columns.openTimesMs.at(-1) ?? -Infinity];
    if (coveredToMs < this.cursorMs || firstMs < this.cursorMs || lastMs > coveredToMs) {
      throw new VenueFailure('malformed-response', `a page of candles up to ${coveredToMs} does not go on from ${this.cursorMs}`, { cause: null });
    }
    this.gathered.append(columns);
    this.beganAtMs ??= nowMs;
    this.cursorMs = coveredToMs + this.intervalMs;
  }

  isDue(nowMs: number): boolean {
    return this.gathered.length >= CANDLES_PER_STEP || (this.beganAtMs !== null && nowMs - this.beganAtMs >= LONGEST_STEP_MS);
  }

  take(): SeriesStep {
    const step = { fromMs: this.stepFromMs, nextFromMs: this.cursorMs, columns: this.gathered.take() };
    this.stepFromMs = this.cursorMs;
    this.beganAtMs = null;
    return step;
  }
}
