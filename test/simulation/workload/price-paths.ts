import { CandleColumnsBuilder, type Candle } from '#domain';
import type { ReplayedMarket } from '#exchange';
import type { Chance } from '../engine/chance.js';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
/** No path leaves a factor of this around the price that it began with, so that ticks and steps keep fitting it. */
const FARTHEST = 20;
const USUAL_WICK = 0.001;
/** Before trading begins: enough for a day's figures, too little to set anything off. */
const QUIET_DAILY_VOLATILITY = 0.02;

/** How prices go once trading begins: `hover` and `swing` are about a threshold, all others go where chance takes them. */
export const PATH_KINDS = ['wander', 'trend', 'jump', 'crash', 'hover', 'swing', 'frozen', 'gaps'] as const;
export type PathKind = (typeof PATH_KINDS)[number];

export interface PathTerms {
  readonly kind: PathKind;
  readonly marketId: string;
  readonly basePrice: number;
  /** Where the record begins, where trading does, and where both end; all on whole minutes. */
  readonly historyFromMs: number;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Assets of equal value at `fromMs` among which a `hover` is about its threshold. */
  readonly basketSize: number;
  /** How far a candle reaches beyond its open and close; left out: 0.1 %. */
  readonly mostWick?: number;
}

/** The price of each minute's end, as a factor of the base price; null: the minute has no candle. */
type Course = (minute: number) => number | null;

/** One-minute candles of one market: the same terms and the same chance, the same path. */
export function drawPath(chance: Chance, terms: PathTerms): ReplayedMarket {
  const { marketId, basePrice, historyFromMs, fromMs, untilMs } = terms;
  const minutes = (untilMs - fromMs) / MINUTE_MS;
  const course = COURSES[terms.kind](chance.fork('course'), minutes, terms);
  const [history, shapes] = [wander(chance.fork('history'), QUIET_DAILY_VOLATILITY, 0), chance.fork('shapes')];
  const columns = new CandleColumnsBuilder();
  let open = basePrice;
  for (let openTimeMs = historyFromMs; openTimeMs < untilMs; openTimeMs += MINUTE_MS) {
    const minute = (openTimeMs - fromMs) / MINUTE_MS;
    // History ends where trading begins to count from, whatever it did before.
    const factor = minute < -1 ? history(minute) : minute === -1 ? 1 : course(minute);
    if (factor === null) continue;
    const close = basePrice * held(factor);
    columns.push(aCandle(shapes, { openTimeMs, open, close }, terms));
    open = close;
  }
  return { marketId, intervalMs: MINUTE_MS, columns: columns.take() };
}

function held(factor: number): number {
  return Math.min(FARTHEST, Math.max(1 / FARTHEST, factor));
}

/** Wicks, and trade worth 50 to 5,000 of quote; a minute whose price stands has neither. */
function aCandle(chance: Chance, { openTimeMs, open, close }: Pick<Candle, 'openTimeMs' | 'open' | 'close'>, { kind, mostWick = USUAL_WICK }: PathTerms): Candle {
  const isStill = kind === 'frozen' && open === close;
  const wick = (): number => (isStill ? 0 : mostWick * chance.fraction());
  const volume = isStill ? 0 : Math.exp(chance.between(Math.log(50), Math.log(5_000))) / close;
  return { openTimeMs, open, high: Math.max(open, close) * (1 + wick()), low: Math.min(open, close) / (1 + wick()), close, volume };
}

const COURSES: Readonly<Record<PathKind, (chance: Chance, minutes: number, terms: PathTerms) => Course>> = {
  wander: (chance) => wander(chance, chance.between(0.1, 0.8), 0),
  trend: (chance) => wander(chance, chance.between(0.05, 0.3), chance.pick([-1, 1]) * chance.between(0.3, 1)),
  jump: (chance, minutes) => stepped(chance, minutes, 1 + chance.between(0.4, 2)),
  crash: (chance, minutes) => stepped(chance, minutes, 1 - chance.between(0.55, 0.65)),
  hover,
  swing,
  frozen: (chance, minutes) => frozen(chance, minutes),
  gaps: (chance, minutes) => gapped(chance, minutes),
};

/** Geometric Brownian motion; volatility and drift are of a day's logarithm. Minutes are to be asked for in their order. */
function wander(chance: Chance, dailyVolatility: number, dailyDrift: number): Course {
  const [volatility, drift] = [dailyVolatility / Math.sqrt(DAY_MINUTES), dailyDrift / DAY_MINUTES];
  let logarithm = 0;
  return () => {
    logarithm += drift + volatility * normal(chance);
    return Math.exp(logarithm);
  };
}

/** Box and Muller's. */
function normal(chance: Chance): number {
  return Math.sqrt(-2 * Math.log(1 - chance.fraction())) * Math.cos(2 * Math.PI * chance.fraction());
}

/** Within one to ten minutes to `factor` times the price, where it stays. */
function stepped(chance: Chance, minutes: number, factor: number): Course {
  const around = wander(chance, chance.between(0.05, 0.2), 0);
  const [start, length] = [chance.whole(Math.floor(minutes * 0.05), Math.floor(minutes * 0.9)), chance.whole(1, 10)];
  return (minute) => around(minute)! * factor ** Math.min(1, Math.max(0, (minute - start + 1) / length));
}

/** The ratios of an asset's value to its basket's mean that the usual thresholds stand at. */
export const HOVERED_RATIOS = [1.4, 0.65] as const;

/** Within one to three hours to a threshold, and then over it and back, again and again, by 0.5 to 4 % of it. */
function hover(chance: Chance, _minutes: number, { basketSize }: PathTerms): Course {
  const [ratio, reach] = [chance.pick(HOVERED_RATIOS), chance.between(0.005, 0.04)];
  const [approach, period] = [chance.whole(60, 180), chance.whole(5, 60)];
  return (minute) => {
    const near = 1 + (ratio - 1) * Math.min(1, (minute + 1) / approach);
    const wave = minute < approach ? 0 : reach * Math.sin((2 * Math.PI * (minute - approach + 1)) / period);
    return priceOfRatio(near * (1 + wave), basketSize);
  };
}

/** The factor at which an asset is worth `ratio` times the mean of a basket whose other assets have stood still. */
export function priceOfRatio(ratio: number, basketSize: number): number {
  return (ratio * (basketSize - 1)) / (basketSize - ratio);
}

/** To 1.8 to 2.6 times the price and back, again and again: from high to low it sets something off each time, whatever was sold meanwhile. */
function swing(chance: Chance): Course {
  const [top, period, phase] = [Math.log(chance.between(1.8, 2.6)), chance.whole(90, 480), chance.whole(0, 480)];
  const wave = (minute: number): number => (1 - Math.cos((2 * Math.PI * (minute + phase)) / period)) / 2;
  return (minute) => Math.exp(top * (wave(minute) - wave(-1)));
}

/** Stands still for most of the day; wanders in between. */
function frozen(chance: Chance, minutes: number): Course {
  const isStill = stretches(chance.fork('still'), minutes, { between: [30, 240], length: [60, 600] });
  const around = wander(chance, chance.between(0.1, 0.5), 0);
  let last = 1;
  return (minute) => {
    const next = around(minute)!;
    if (!isStill(minute)) last = next;
    return last;
  };
}

/** Has no candles for 5 to 120 minutes, several times a day. */
function gapped(chance: Chance, minutes: number): Course {
  const isGap = stretches(chance.fork('gaps'), minutes, { between: [30, 300], length: [5, 120] });
  const around = wander(chance, chance.between(0.1, 0.5), 0);
  return (minute) => {
    const next = around(minute);
    return isGap(minute) ? null : next;
  };
}

type Span = readonly [least: number, most: number];

/** Whether a minute lies in one of the stretches that were drawn, with pauses between them. */
function stretches(chance: Chance, minutes: number, { between, length }: { readonly between: Span; readonly length: Span }): (minute: number) => boolean {
  const marked = new Uint8Array(minutes);
  for (let at = chance.whole(...between); at < minutes; at += chance.whole(...between)) {
    const end = at + chance.whole(...length);
    marked.fill(1, at, end);
    at = end;
  }
  return (minute) => marked[minute] === 1;
}
