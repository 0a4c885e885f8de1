export const CANDLE_VALUES = ['opens', 'highs', 'lows', 'closes', 'volumes'] as const;
/** The name of one column of figures. */
export type CandleValue = (typeof CANDLE_VALUES)[number];

/** A run of candles of one series as parallel columns, ascending by open time (epoch ms UTC). Volume is in base units. */
export interface CandleColumns {
  readonly openTimesMs: Float64Array;
  readonly opens: Float64Array;
  readonly highs: Float64Array;
  readonly lows: Float64Array;
  readonly closes: Float64Array;
  readonly volumes: Float64Array;
}

export interface Candle {
  readonly openTimeMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

const COLUMN_NAMES = ['openTimesMs', ...CANDLE_VALUES] as const;

export function candleAt(columns: CandleColumns, index: number): Candle {
  return {
    openTimeMs: columns.openTimesMs[index]!,
    open: columns.opens[index]!,
    high: columns.highs[index]!,
    low: columns.lows[index]!,
    close: columns.closes[index]!,
    volume: columns.volumes[index]!,
  };
}

/** A view of candles [start, end): no copy. */
export function sliceColumns(columns: CandleColumns, start: number, end: number): CandleColumns {
  return mapColumns((name) => columns[name].subarray(start, end));
}

/** Columns that grow: doubling, so that appending a candle costs a constant time on the average. */
export class CandleColumnsBuilder {
  private columns: CandleColumns;
  private count = 0;

  constructor(initialCapacity = 1_024) {
    this.columns = mapColumns(() => new Float64Array(initialCapacity));
  }

  get length(): number {
    return this.count;
  }

  push(candle: Candle): void {
    this.reserve(this.count + 1);
    const { columns, count } = this;
    columns.openTimesMs[count] = candle.openTimeMs;
    columns.opens[count] = candle.open;
    columns.highs[count] = candle.high;
    columns.lows[count] = candle.low;
    columns.closes[count] = candle.close;
    columns.volumes[count] = candle.volume;
    this.count += 1;
  }

  append(more: CandleColumns): void {
    this.reserve(this.count + more.openTimesMs.length);
    for (const name of COLUMN_NAMES) this.columns[name].set(more[name], this.count);
    this.count += more.openTimesMs.length;
  }

  /** What was gathered, as arrays of their own; the builder is empty afterwards and can be filled again. */
  take(): CandleColumns {
    const taken = mapColumns((name) => this.columns[name].slice(0, this.count));
    this.count = 0;
    return taken;
  }

  private reserve(needed: number): void {
    const capacity = this.columns.openTimesMs.length;
    if (needed <= capacity) return;
    const old = this.columns;
    this.columns = mapColumns((name) => {
      const grown = new Float64Array(Math.max(needed, 2 * capacity));
      grown.set(old[name]);
      return grown;
    });
  }
}

function mapColumns(make: (name: (typeof COLUMN_NAMES)[number]) => Float64Array): CandleColumns {
  return {
    openTimesMs: make('openTimesMs'),
    opens: make('opens'),
    highs: make('highs'),
    lows: make('lows'),
    closes: make('closes'),
    volumes: make('volumes'),
  };
}
