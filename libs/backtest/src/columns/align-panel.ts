import { MAX_PANEL_CELLS, PanelError, type CandleColumns, type Panel } from './panel.js';
import { jumpsAcrossGaps } from './jump-warnings.js';
import { rangesOf } from './close-ranges.js';
import { intersectTimes, isEqual, uniteTimes } from './shared-times.js';

export interface AlignOptions {
  /** Makes the columns that must be copied; hand in one on SharedArrayBuffers to share the panel between threads. */
  readonly allocate?: (length: number) => Float64Array;
}

/**
 * The panel of the bars that all assets share. Columns whose times are exactly those are taken as they are (views, no
 * copy), the others are gathered into new ones.
 * @throws PanelError for no asset, columns of unequal lengths, times that do not strictly ascend, an open or close of
 * a used bar that is not above zero and finite, no shared bar, more than MAX_PANEL_CELLS bars × assets
 */
export function alignPanel(series: readonly CandleColumns[], options: AlignOptions = {}): Panel {
  if (series.length === 0) throw new PanelError('no-assets', 'a panel needs the candles of at least one asset');
  for (const columns of series) checkLengths(columns);
  const times = distinctTimes(series);
  const openTimesMs = times.reduce(intersectTimes);
  checkSize(openTimesMs.length, series);
  const allocate = options.allocate ?? ((length: number) => new Float64Array(length));
  const opens = series.map((columns) => gather(columns, columns.open, openTimesMs, allocate));
  const closes = series.map((columns) => gather(columns, columns.close, openTimesMs, allocate));
  const assets = series.map((columns) => columns.asset);
  opens.forEach((prices, index) => checkPrices(assets[index]!, 'open', prices, openTimesMs));
  const ranges = closes.map(rangesOf);
  ranges.forEach(({ isSound }, index) => {
    if (!isSound) checkPrices(assets[index]!, 'close', closes[index]!, openTimesMs);
  });
  const closeRanges = { lows: ranges.map(({ lows }) => lows), highs: ranges.map(({ highs }) => highs) };
  const droppedBars = times.reduce(uniteTimes).length - openTimesMs.length;
  const warnings = jumpsAcrossGaps(assets, openTimesMs, opens, closes);
  return { assets, bars: openTimesMs.length, openTimesMs, opens, closes, closeRanges, droppedBars, warnings };
}

/** The different columns of times, each checked once: most often all assets have the same. */
function distinctTimes(series: readonly CandleColumns[]): readonly Float64Array[] {
  const distinct: Float64Array[] = [];
  for (const columns of series) {
    if (distinct.some((times) => isEqual(times, columns.openTimesMs))) continue;
    checkAscending(columns);
    distinct.push(columns.openTimesMs);
  }
  return distinct;
}

function checkLengths({ asset, openTimesMs, open, close }: CandleColumns): void {
  if (open.length === openTimesMs.length && close.length === openTimesMs.length) return;
  const lengths = `${openTimesMs.length} open times, ${open.length} opens, ${close.length} closes`;
  throw new PanelError('column-lengths-differ', `columns of ${asset} must be of one length, got ${lengths}`, asset);
}

function checkAscending({ asset, openTimesMs }: CandleColumns): void {
  for (let bar = 1; bar < openTimesMs.length; bar++) {
    // Written so that a NaN fails too.
    if (openTimesMs[bar]! > openTimesMs[bar - 1]!) continue;
    const timeMs = openTimesMs[bar]!;
    const rule = `open times of ${asset} must strictly ascend, broken at ${timeMs}`;
    throw new PanelError('times-not-ascending', rule, asset, timeMs);
  }
}

function checkSize(bars: number, series: readonly CandleColumns[]): void {
  if (bars === 0) {
    const names = series.map((columns) => `${columns.asset} (${periodOf(columns)})`).join(', ');
    throw new PanelError('no-shared-bars', `no open time is shared by all of ${names}`);
  }
  if (bars * series.length > MAX_PANEL_CELLS) {
    throw new PanelError('too-large', `${bars} bars of ${series.length} assets exceed ${MAX_PANEL_CELLS} cells`);
  }
}

function periodOf({ openTimesMs }: CandleColumns): string {
  return openTimesMs.length === 0 ? 'no candles' : `${openTimesMs[0]} to ${openTimesMs.at(-1)}`;
}

function gather(
  columns: CandleColumns,
  values: Float64Array,
  openTimesMs: Float64Array,
  allocate: (length: number) => Float64Array,
): Float64Array {
  if (columns.openTimesMs.length === openTimesMs.length) return values;
  const gathered = allocate(openTimesMs.length);
  for (let bar = 0, from = 0; bar < openTimesMs.length; bar++, from++) {
    while (columns.openTimesMs[from]! < openTimesMs[bar]!) from++;
    gathered[bar] = values[from]!;
  }
  return gathered;
}

function checkPrices(asset: string, name: string, prices: Float64Array, openTimesMs: Float64Array): void {
  for (let bar = 0; bar < prices.length; bar++) {
    const price = prices[bar]!;
    if (price > 0 && price < Infinity) continue;
    const timeMs = openTimesMs[bar]!;
    const rule = `${name} of ${asset} at ${timeMs} must be above zero and finite, got ${price}`;
    throw new PanelError('price-not-positive', rule, asset, timeMs);
  }
}
