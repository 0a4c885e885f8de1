import { runBacktest, type CandleColumns } from '#backtest';
import { DEFAULT_PARAMETERS } from '#domain';
import { align, compute } from './compute.thread.js';
import { BARS_DONE, OPEN_TIME_MS } from './thread-messages.js';

const MINUTE_MS = 60_000;
const series = (asset: string, prices: readonly number[], firstMs = 0): CandleColumns => ({
  asset,
  openTimesMs: Float64Array.from(prices, (_, index) => firstMs + index * MINUTE_MS),
  open: Float64Array.from(prices),
  close: Float64Array.from(prices),
});

function alignedPanel(columns: readonly CandleColumns[]) {
  const answer = align({ series: columns });
  if (answer.kind !== 'done') throw new Error(answer.detail);
  return answer.value;
}

describe('a panel made by a thread', () => {
  it('is over shared memory in every column, so that no later run copies it', () => {
    const panel = alignedPanel([series('A', [1, 2, 3, 4]), series('B', [1, 1, 1], MINUTE_MS)]);
    const columns = [panel.openTimesMs, ...panel.opens, ...panel.closes.slice(0, 1), ...panel.closeRanges.lows, ...panel.closeRanges.highs];
    expect(panel.bars).toBe(3);
    expect([...panel.closes[0]!]).toEqual([2, 3, 4]);
    // B's own columns were used as they are: in the product, the store has loaded them into shared memory.
    expect(columns.filter((column) => !(column.buffer instanceof SharedArrayBuffer))).toEqual([panel.opens[1]]);
  });

  it.each([
    { name: 'no shared bar', columns: [series('A', [1, 1]), series('B', [1, 1], 10 * MINUTE_MS)], code: 'no-shared-bars' },
    { name: 'one shared bar', columns: [series('A', [1, 1]), series('B', [1, 1], MINUTE_MS)], code: 'too-few-bars' },
    { name: 'a price of zero', columns: [series('A', [1, 0, 1])], code: 'price-not-positive' },
  ])('is refused for $name, as an answer that survives the way back', ({ columns, code }) => {
    expect(structuredClone(align({ series: columns }))).toMatchObject({ kind: 'fault', code, detail: expect.any(String) });
  });
});

describe('a run computed by a thread', () => {
  const panel = alignedPanel([series('A', [1, 1.9, 1.9]), series('B', [1, 1, 1]), series('C', [1, 1, 1])]);
  const run = (overrides: Partial<Parameters<typeof compute>[0]> = {}) => {
    const progress = new Float64Array(2);
    return { progress, answer: compute({ panel, parameters: DEFAULT_PARAMETERS, periodicEveryMs: 604_800_000, progress, ...overrides }) };
  };

  it("is the engine's report, with weights that sum to one at every point", () => {
    const { answer, progress } = run();
    if (answer.kind !== 'done') throw new Error(answer.detail);
    expect(answer.value.report).toEqual(runBacktest(panel, DEFAULT_PARAMETERS, { periodicEveryMs: 604_800_000 }));
    const { timesMs, weights, reserve } = answer.value.weights;
    expect([...timesMs]).toEqual([...panel.openTimesMs]);
    timesMs.forEach((_, point) => expect(weights.reduce((sum, column) => sum + column[point]!, reserve[point]!)).toBeCloseTo(1, 12));
    expect([progress[BARS_DONE], progress[OPEN_TIME_MS]]).toEqual([3, 2 * MINUTE_MS]);
  });

  it('answers with a fault where the run cannot be valued', () => {
    expect(run({ periodicEveryMs: 0 }).answer).toMatchObject({ kind: 'fault', code: 'period-not-positive' });
  });
});
