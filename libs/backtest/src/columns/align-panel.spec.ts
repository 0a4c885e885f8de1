import { alignPanel } from './align-panel.js';
import { PanelError, type CandleColumns } from './panel.js';

/** Columns of one asset; closes a tenth above the opens. */
function columns(asset: string, times: readonly number[], opens: readonly number[]): CandleColumns {
  return {
    asset, openTimesMs: Float64Array.from(times), open: Float64Array.from(opens),
    close: Float64Array.from(opens, (price) => price * 1.5),
  };
}

const shared = (length: number) => new Float64Array(new SharedArrayBuffer(length * 8));

function faultOf(series: readonly CandleColumns[]): PanelError {
  try {
    alignPanel(series);
  } catch (error) {
    if (error instanceof PanelError) return error;
    throw error;
  }
  throw new Error('no fault');
}

it('takes equal columns as they are, without a copy', () => {
  const a = columns('A', [1, 2, 3], [10, 20, 30]);
  const panel = alignPanel([a, columns('B', [1, 2, 3], [4, 5, 6])]);
  expect(panel).toMatchObject({ assets: ['A', 'B'], bars: 3, droppedBars: 0, warnings: [] });
  expect([panel.opens[0] === a.open, panel.closes[0] === a.close]).toEqual([true, true]);
});

// Shared are 2, 4 and 6; 1, 3, 5, 7 and 8 are each missing somewhere.
it('keeps the open times that all share and counts those left out', () => {
  const panel = alignPanel([
    columns('A', [1, 2, 3, 4, 6], [1, 2, 3, 4, 6]),
    columns('B', [2, 4, 5, 6, 7], [20, 40, 50, 60, 70]),
    columns('C', [2, 3, 4, 6, 8], [200, 300, 400, 600, 800]),
  ]);
  expect(Array.from(panel.openTimesMs)).toEqual([2, 4, 6]);
  expect(panel.opens.map((open) => Array.from(open))).toEqual([[2, 4, 6], [20, 40, 60], [200, 400, 600]]);
  expect(panel.closes.map((close) => Array.from(close))).toEqual([[3, 6, 9], [30, 60, 90], [300, 600, 900]]);
  expect(panel.droppedBars).toBe(5);
});

it('makes the columns it must copy where it is told to', () => {
  const panel = alignPanel([columns('A', [1, 2], [1, 2]), columns('B', [2, 3], [2, 3])], { allocate: shared });
  expect(panel.closes.map((close) => close.buffer instanceof SharedArrayBuffer)).toEqual([true, true]);
});

it('tells the lowest and highest close of each block of 256 bars', () => {
  const times = Array.from({ length: 300 }, (_, bar) => bar);
  const opens = times.map((bar) => (bar === 255 ? 9 : bar === 256 ? 0.5 : 1));
  const { lows, highs } = alignPanel([columns('A', times, opens)]).closeRanges;
  expect([Array.from(lows[0]!), Array.from(highs[0]!)]).toEqual([[1.5, 0.75], [13.5, 1.5]]);
});

describe('jumps across a gap', () => {
  // From a close of 1.5 to an open of 16 after missing bars: 10.67 times.
  it('warns of one above 10×, up or down', () => {
    const panel = alignPanel([columns('UP', [1, 2, 5, 6], [1, 1, 16, 16]), columns('DOWN', [1, 2, 5, 6], [8, 8, 1, 1])]);
    expect(panel.warnings).toEqual([
      { code: 'jump-across-gap', asset: 'UP', fromMs: 2, toMs: 5, ratio: 16 / 1.5 },
      { code: 'jump-across-gap', asset: 'DOWN', fromMs: 2, toMs: 5, ratio: 1 / 12 },
    ]);
  });

  it('is quiet at 10× and where no bar is missing', () => {
    expect(alignPanel([columns('A', [1, 2, 5], [1, 1, 15])]).warnings).toEqual([]);
    expect(alignPanel([columns('A', [1, 2, 3], [1, 1, 500])]).warnings).toEqual([]);
  });
});

describe('refusals', () => {
  const fine = columns('A', [1, 2, 3], [1, 1, 1]);

  it.each([0, -1, Number.NaN, Infinity])('names asset, time and rule of a price of %p', (price) => {
    const fault = faultOf([fine, columns('BAD', [1, 2, 3], [1, price, 1])]);
    expect(fault).toMatchObject({ fault: 'price-not-positive', asset: 'BAD', timeMs: 2 });
    expect(fault.message).toBe(`open of BAD at 2 must be above zero and finite, got ${price}`);
  });

  it('refuses a close as well as an open', () => {
    const bad: CandleColumns = { ...fine, close: Float64Array.of(1, 1, 0) };
    expect(faultOf([bad]).message).toBe('close of A at 3 must be above zero and finite, got 0');
  });

  it('looks at the used bars only', () => {
    expect(alignPanel([fine, columns('B', [0, 1, 2, 3], [0, 1, 1, 1])]).bars).toBe(3);
  });

  it.each([[[1, 3, 3]], [[1, 3, 2]], [[1, Number.NaN, 3]]])('refuses times %p', (times) => {
    expect(faultOf([columns('A', times, [1, 1, 1])])).toMatchObject({ fault: 'times-not-ascending', asset: 'A' });
  });

  it('refuses no asset, unequal lengths and periods without a shared bar', () => {
    expect(faultOf([]).fault).toBe('no-assets');
    expect(faultOf([{ ...fine, open: Float64Array.of(1) }])).toMatchObject({ fault: 'column-lengths-differ', asset: 'A' });
    expect(faultOf([fine, columns('B', [4, 5], [1, 1])]).message).toBe(
      'no open time is shared by all of A (1 to 3), B (4 to 5)',
    );
    expect(faultOf([fine, columns('B', [], [])]).message).toContain('B (no candles)');
  });

  // 530,001 bars × 200 assets are just above the bound; one column serves all, so this costs 8 MB.
  it('refuses more cells than a panel may have', () => {
    const times = Float64Array.from({ length: 530_001 }, (_, bar) => bar);
    const many = Array.from({ length: 200 }, (_, index) => ({ asset: `A${index}`, openTimesMs: times, open: times, close: times }));
    expect(faultOf(many).fault).toBe('too-large');
  });
});
