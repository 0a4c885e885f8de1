import { alignPanel, BacktestError, holdEquityAt, PanelError, runBacktest, weightsAt, type BacktestReport, type Panel } from '#backtest';
import { BARS_DONE, OPEN_TIME_MS, type AlignTask, type ComputeAnswer, type ComputeTask, type ThreadAnswer, type ThreadWeights } from './thread-messages.js';

/** Charts show no more, and stored for every bar they would be larger than all else together. */
const WEIGHT_POINTS = 2_000;
const MIN_BARS = 2;

/** Gaps inside of the period can leave fewer bars than its ends promise. */
class TooFewBars extends Error {
  readonly fault = 'too-few-bars';
}

/** The panel with every column in shared memory, so that later runs get it without a copy. */
export function align({ series }: AlignTask): ThreadAnswer<Panel> {
  return answered(() => {
    const panel = alignPanel(series, { allocate: sharedColumn });
    if (panel.bars < MIN_BARS) throw new TooFewBars(`the assets share ${panel.bars} bar in the period, a backtest needs ${MIN_BARS}`);
    const { lows, highs } = panel.closeRanges;
    return { ...panel, openTimesMs: shared(panel.openTimesMs), closeRanges: { lows: lows.map(shared), highs: highs.map(shared) } };
  });
}

export function compute({ panel, parameters, periodicEveryMs, progress }: ComputeTask): ThreadAnswer<ComputeAnswer> {
  const onProgress = (barsDone: number, openTimeMs: number) => {
    progress[OPEN_TIME_MS] = openTimeMs;
    progress[BARS_DONE] = barsDone;
  };
  return answered(() => {
    const report = runBacktest(panel, parameters, { onProgress, periodicEveryMs });
    return { report, weights: weightsOf(report, panel) };
  });
}

function answered<Value>(work: () => Value): ThreadAnswer<Value> {
  try {
    return { kind: 'done', value: work() };
  } catch (error) {
    if (error instanceof PanelError || error instanceof BacktestError || error instanceof TooFewBars) return { kind: 'fault', code: error.fault, detail: error.message };
    throw error;
  }
}

/** At bars spread evenly, the first and the last among them. */
function weightsOf(report: BacktestReport, panel: Panel): ThreadWeights {
  const count = Math.min(WEIGHT_POINTS, panel.bars);
  const bars = Array.from({ length: count }, (_, index) => (count === 1 ? 0 : Math.round((index * (panel.bars - 1)) / (count - 1))));
  const points = weightsAt(report, panel, bars);
  return {
    timesMs: Float64Array.from(points, (point) => point.timeMs),
    weights: panel.assets.map((_, asset) => Float64Array.from(points, (point) => point.weights[asset]!)),
    reserve: Float64Array.from(points, (point) => point.cashWeight),
    holdEquity: holdEquityAt(report, panel, bars),
  };
}

function shared(column: Float64Array): Float64Array {
  if (column.buffer instanceof SharedArrayBuffer) return column;
  const copy = sharedColumn(column.length);
  copy.set(column);
  return copy;
}

function sharedColumn(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}
