import { CLOSE_DELAY_MS, VenueFailure, type CandlePage, type CandleRequest } from '#application';
import { CandleColumnsBuilder, gridAnchorMs, INTERVAL_MS, type Candle, type CandleInterval } from '#domain';
import { parseCandleRows, parseOpenTimes } from './candle-rows.js';
import type { MexcReader } from './mexc-reader.js';

/** What MEXC calls the intervals that it serves; asked for any other it answers as if none had been named. */
const INTERVAL_NAMES: Readonly<Partial<Record<CandleInterval, string>>> = {
  '1m': '1m',
  '5m': '5m',
  '15m': '15m',
  '30m': '30m',
  '1h': '60m',
  '4h': '4h',
  '1d': '1d',
  '1w': '1W',
};
export const MEXC_INTERVALS = Object.keys(INTERVAL_NAMES) as readonly CandleInterval[];

/** Measured by ccxt's authors, though the documents say 1,000. */
const PAGE_ROWS = 500;
/** How often the head of one page may be missing. */
const MAX_CUTS = 20;
/** MEXC opened in 2018. */
const FIRST_POSSIBLE_MS = Date.UTC(2018, 0, 1);
const DAY_MS = 86_400_000;

interface Step {
  readonly name: string;
  readonly ms: number;
}

/** Candles that tell in one page where finer ones are: 20 days, 500 days, 41 years. */
const HOUR_STEP: Step = { name: '60m', ms: 3_600_000 };
const DAY_STEP: Step = { name: '1d', ms: DAY_MS };
const MONTH_STEP: Step = { name: '1M', ms: 31 * DAY_MS };

interface Series {
  readonly marketId: string;
  readonly interval: CandleInterval;
  readonly signal?: AbortSignal;
}

/** Reads a market's candles off MEXC's klines, start and end always given, since a start alone is ignored. */
export class CandleHistory {
  readonly #reader: MexcReader;

  constructor(reader: MexcReader) {
    this.#reader = reader;
  }

  /**
   * Asks on from the last candle that came, so that a page which the venue cut short leaves no hole. Where a page is empty,
   * coarser candles tell where data go on: an empty page is the end only where they say so too.
   */
  async *pages({ marketId, interval, fromMs, toMs }: CandleRequest, signal?: AbortSignal): AsyncGenerator<CandlePage> {
    const series = { marketId, interval, signal };
    const intervalMs = msOf(interval);
    await this.#reader.clock.keepFresh(signal);
    let cursorMs = alignUp(fromMs, interval);
    while (cursorMs <= this.#lastWantedMs(interval, toMs)) {
      const endMs = Math.min(this.#lastWantedMs(interval, toMs), cursorMs + (PAGE_ROWS - 1) * intervalMs);
      const candles = await this.#fullPage(series, cursorMs, endMs);
      const lastMs = candles.at(-1)?.openTimeMs;
      const coveredToMs = lastMs ?? (await this.#emptyToMs(series, endMs, this.#lastWantedMs(interval, toMs)));
      yield { columns: toColumns(candles), coveredToMs };
      cursorMs = coveredToMs + intervalMs;
      await this.#reader.clock.keepFresh(signal);
    }
  }

  /** Month, day, hour: four or five requests find a listing anywhere in the past. */
  async firstOpenMs(marketId: string, interval: CandleInterval): Promise<number | null> {
    const intervalMs = msOf(interval);
    await this.#reader.clock.keepFresh();
    let boundMs: number | null = FIRST_POSSIBLE_MS;
    for (const step of [MONTH_STEP, DAY_STEP, HOUR_STEP].filter(({ ms }) => ms > intervalMs)) {
      boundMs = await this.#nextDataMs({ marketId, interval }, step, boundMs);
      if (boundMs === null) return null;
    }
    for await (const { columns } of this.pages({ marketId, interval, fromMs: boundMs, toMs: Infinity })) {
      if (columns.openTimesMs.length > 0) return columns.openTimesMs[0]!;
    }
    return null;
  }

  /** What is missing at the head of a page may have been cut off by the venue, so it is asked for by itself. */
  async #fullPage(series: Series, fromMs: number, toMs: number): Promise<Candle[]> {
    const intervalMs = msOf(series.interval);
    let candles = await this.#page(series, fromMs, toMs);
    for (let cuts = 0; cuts < MAX_CUTS; cuts++) {
      const firstMs = candles[0]?.openTimeMs;
      if (firstMs === undefined || firstMs === fromMs) return candles;
      const head = await this.#page(series, fromMs, firstMs - intervalMs);
      if (head.length === 0) return candles;
      candles = head; // What follows its last candle is asked for anew.
    }
    const about = `candles of ${series.marketId} ${series.interval}`;
    throw new VenueFailure('malformed-response', `${about}: every page begins later than asked for`, { cause: null });
  }

  #page({ marketId, interval, signal }: Series, fromMs: number, toMs: number): Promise<Candle[]> {
    const closedByMs = this.#closedByMs();
    return this.#ask(
      { marketId, interval, signal },
      { name: nameOf(interval), ms: msOf(interval) },
      { fromMs, toMs: toMs + msOf(interval) - 1 }, // The end takes in the last open time, whether or not it is itself included.
      (json) => parseCandleRows(json, { interval, fromMs, toMs, closedByMs }),
    );
  }

  /** How far there is nothing, given that the page up to `endMs` was empty: to before the next data, or to the end. */
  async #emptyToMs(series: Series, endMs: number, lastWantedMs: number): Promise<number> {
    const intervalMs = msOf(series.interval);
    const nextMs = endMs + intervalMs;
    if (nextMs > lastWantedMs) return endMs;
    for (const step of [HOUR_STEP, DAY_STEP, MONTH_STEP].filter(({ ms }) => ms > intervalMs)) {
      const foundMs = await this.#nextDataMs(series, step, nextMs);
      if (foundMs !== null) return Math.min(lastWantedMs, alignUp(foundMs, series.interval) - intervalMs);
    }
    return lastWantedMs;
  }

  /** Where the first coarse candle begins that ends after `fromMs`, and not before it; null where a page of them has none. */
  async #nextDataMs(series: Series, step: Step, fromMs: number): Promise<number | null> {
    const toMs = Math.min(fromMs + (PAGE_ROWS - 2) * step.ms, this.#reader.clock.estimateMs());
    const range = { fromMs: fromMs - step.ms, toMs };
    const opens = await this.#ask(series, step, range, parseOpenTimes);
    const openMs = opens.find((open) => open + step.ms > fromMs);
    return openMs === undefined ? null : Math.max(fromMs, openMs);
  }

  #ask<T>({ marketId, signal }: Series, step: Step, range: { fromMs: number; toMs: number }, parse: (json: unknown) => T): Promise<T> {
    const parameters = { symbol: marketId, interval: step.name, startTime: range.fromMs, endTime: range.toMs, limit: PAGE_ROWS };
    return this.#reader.read({ endpoint: 'klines', parameters, about: `candles of ${marketId} ${step.name}`, parse, ...(signal && { signal }) });
  }

  #lastWantedMs(interval: CandleInterval, toMs: number): number {
    return Math.min(alignDown(toMs, interval), alignDown(this.#closedByMs() - msOf(interval), interval));
  }

  #closedByMs(): number {
    return this.#reader.clock.estimateMs() - CLOSE_DELAY_MS;
  }
}

function nameOf(interval: CandleInterval): string {
  const name = INTERVAL_NAMES[interval];
  if (name !== undefined) return name;
  throw new VenueFailure('refused', `MEXC serves no candles of ${interval}: choose one of ${MEXC_INTERVALS.join(' ')}`, { cause: null });
}

/** @throws VenueFailure `refused` for an interval that MEXC does not serve */
function msOf(interval: CandleInterval): number {
  nameOf(interval);
  return INTERVAL_MS[interval];
}

function alignDown(ms: number, interval: CandleInterval): number {
  const anchorMs = gridAnchorMs(interval);
  return ms === Infinity ? ms : anchorMs + Math.floor((ms - anchorMs) / INTERVAL_MS[interval]) * INTERVAL_MS[interval];
}

function alignUp(ms: number, interval: CandleInterval): number {
  const downMs = alignDown(ms, interval);
  return downMs === ms ? ms : downMs + INTERVAL_MS[interval];
}

function toColumns(candles: readonly Candle[]): CandlePage['columns'] {
  const builder = new CandleColumnsBuilder(Math.max(1, candles.length));
  for (const candle of candles) builder.push(candle);
  return builder.take();
}
