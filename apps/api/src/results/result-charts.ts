import { drawdownsOf, evenIndexes, extremeIndexes, type EquityColumns, type StoredWeights } from '#application';
import { timeAxis, valueAxis, type Axis } from './chart-axes.js';
import { day, decimal, minute, percent } from './figures-in-words.js';
import { html, type Html } from './html.js';

/** View box of every chart; the page stretches it to its width. */
const WIDTH = 960;
const LEFT = 66;
const RIGHT = WIDTH - 8;
const TOP = 10;
const AXIS_HEIGHT = 24;
/** More than the eye can tell apart at the width of a page. */
const POINTS = 1_200;
const MARKERS = 400;

export interface RebalanceMark {
  readonly timeMs: number;
  readonly kind: string;
}

interface Curve {
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  readonly indexes: readonly number[];
}

/** Equity of the strategy, with every extreme kept, over that of holding; rebalances as ticks along the bottom. */
export function equityChart(columns: EquityColumns, weights: StoredWeights | null, rebalances: readonly RebalanceMark[]): Html {
  const strategy = thinned(columns.openTimesMs, columns.equity);
  const hold = weights === null || weights.holdEquity === null ? null : evenly(weights.timesMs, weights.holdEquity);
  const shown = [...valuesOf(strategy), ...(hold === null ? [] : valuesOf(hold))];
  const height = 340;
  const bottom = height - AXIS_HEIGHT;
  const values = valueAxis(Math.min(...shown), Math.max(...shown), bottom - 10, TOP);
  const times = timesOf(columns.openTimesMs);
  const label = `Equity from ${decimal(columns.equity[0])} to ${decimal(columns.equity.at(-1))}${hold === null ? '' : `; holding ended at ${decimal(hold.values.at(-1))}`}`;
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">
${grid(values, (value) => decimal(value, value < 10 ? 2 : 0))}${dates(times, height)}
${rebalances.slice(0, MARKERS).map(({ timeMs, kind }) => tickAt(times.at(timeMs), bottom, kind))}
${hold === null ? null : html`<path class="line hold" d="${pathOf(hold, times, values)}"/>`}
<path class="line strategy" d="${pathOf(strategy, times, values)}"/>
</svg>${values.isLogarithmic ? html`<p class="note">Logarithmic: equal distances are equal factors.</p>` : null}`;
}

/** How far equity was below its highest value so far. */
export function drawdownChart({ openTimesMs, equity }: EquityColumns): Html {
  const drawdowns = drawdownsOf(equity);
  const curve = thinned(openTimesMs, drawdowns);
  const height = 170;
  const deepest = Math.min(...valuesOf(curve));
  const values = valueAxis(Math.min(deepest, -0.01), 0, height - AXIS_HEIGHT, TOP);
  const times = timesOf(openTimesMs);
  const zero = place(values.at(0));
  const line = pathOf(curve, times, values);
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Drawdown, at worst ${percent(deepest)}">
${grid(values, (value) => percent(value))}${dates(times, height)}
<path class="area" d="${line} L ${RIGHT} ${zero} L ${LEFT} ${zero} Z"/><path class="line drawdown" d="${line}"/>
</svg>`;
}

function thinned(timesMs: Float64Array, values: Float64Array): Curve {
  return { timesMs, values, indexes: extremeIndexes(values, POINTS) };
}

function evenly(timesMs: Float64Array, values: Float64Array): Curve {
  return { timesMs, values, indexes: evenIndexes(values.length, POINTS) };
}

const valuesOf = ({ values, indexes }: Curve): number[] => indexes.map((index) => values[index]!);

const timesOf = (timesMs: Float64Array): Axis => timeAxis(timesMs[0] ?? 0, timesMs.at(-1) ?? 0, LEFT, RIGHT);

function pathOf({ timesMs, values, indexes }: Curve, times: Axis, axis: Axis): string {
  return indexes.map((index, nth) => `${nth === 0 ? 'M' : 'L'}${place(times.at(timesMs[index]!))} ${place(axis.at(values[index]!))}`).join('');
}

/** A tenth of a unit is less than a pixel. */
const place = (position: number): string => position.toFixed(1);

function grid({ at, ticks }: Axis, inWords: (value: number) => string): readonly Html[] {
  return ticks.map((value) => {
    const y = place(at(value));
    return html`<path class="grid" d="M${LEFT} ${y}H${RIGHT}"/><text class="label value" x="${LEFT - 8}" y="${y}" dy="0.32em">${inWords(value)}</text>`;
  });
}

/** Where days would repeat, minutes. */
function dates({ at, ticks }: Axis, height: number): readonly Html[] {
  const inWords = new Set(ticks.map(day)).size < ticks.length ? minute : day;
  return ticks.map((ms) => html`<text class="label date" x="${place(at(ms))}" y="${height - 6}">${inWords(ms)}</text>`);
}

function tickAt(x: number, bottom: number, kind: string): Html {
  return html`<path class="mark ${kind}" d="M${place(x)} ${bottom}v-8"/>`;
}
