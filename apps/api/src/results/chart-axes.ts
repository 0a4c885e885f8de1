/** Where on a chart a value or a moment lies, in units of the view box, and which of them are labeled. */
export interface Axis {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Steps that people read easily. */
const NICE = [1, 2, 2.5, 5, 10] as const;
/** A curve that spans more is drawn on a logarithmic axis, or its beginning would be a flat line. */
const LOGARITHMIC_FROM = 10;

/** A vertical axis over these values: `low` is the lower end's place, `high` the upper one's. */
export function valueAxis(lowest: number, highest: number, low: number, high: number): Axis & { readonly isLogarithmic: boolean } {
  const isLogarithmic = lowest > 0 && highest / lowest >= LOGARITHMIC_FROM;
  const scale = isLogarithmic ? Math.log : (value: number) => value;
  const margin = (scale(highest) - scale(lowest)) * 0.04 || Math.abs(scale(highest)) * 0.04 || 1;
  const [from, to] = [scale(lowest) - margin, scale(highest) + margin];
  const at = (value: number): number => low + ((scale(value) - from) / (to - from)) * (high - low);
  const ticks = isLogarithmic ? decades(lowest, highest) : evenTicks(lowest, highest, 5);
  return { at, ticks, isLogarithmic };
}

export function timeAxis(firstMs: number, lastMs: number, left: number, right: number): Axis {
  const span = Math.max(1, lastMs - firstMs);
  const ticks = Array.from({ length: 5 }, (_, index) => firstMs + (span * (index + 0.5)) / 5);
  return { at: (ms) => left + ((ms - firstMs) / span) * (right - left), ticks };
}

/** Multiples of one nice step between the two, about so many. */
export function evenTicks(lowest: number, highest: number, count: number): readonly number[] {
  if (!(highest > lowest)) return [lowest];
  const rough = (highest - lowest) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (NICE.find((nice) => nice * power >= rough) ?? 10);
  const first = Math.ceil(lowest / step);
  const last = Math.floor(highest / step);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

function decades(lowest: number, highest: number): readonly number[] {
  const first = Math.floor(Math.log10(lowest));
  const last = Math.ceil(Math.log10(highest));
  const all = Array.from({ length: last - first + 1 }, (_, index) => [1, 2, 5].map((factor) => factor * 10 ** (first + index))).flat();
  const inside = all.filter((value) => value >= lowest && value <= highest);
  return inside.length > 6 ? inside.filter((value) => Number.isInteger(Math.log10(value))) : inside;
}
