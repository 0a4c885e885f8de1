import { alignPanel, runBacktest } from '#backtest';
import { parseParameters } from '#domain';
import {
  COMMITTED_GOLDEN, SHARED_GOLDEN, goldenNames, readCandles, readGolden, type CandleFile, type GoldenConfig,
} from './golden-file.js';
import { largestDifference, wordsOf, type RunOutcome } from './golden-match.js';
import { runNaiveBacktest } from './naive/naive-backtest.js';

const TOLERANCE = 1e-9;

const runs: readonly { readonly who: string; readonly run: (candles: readonly CandleFile[], config: GoldenConfig) => RunOutcome }[] = [
  { who: 'the naive implementation', run: runNaiveBacktest },
  { who: 'the engine', run: runEngine },
];

const files = [COMMITTED_GOLDEN, SHARED_GOLDEN].flatMap((home) => goldenNames(home).map((name) => ({ name, home })));

describe.each(runs)('$who', ({ run }) => {
  it.each(files)('reproduces $name', ({ name, home }) => {
    const golden = readGolden(home, name);
    const outcome = run(readCandles(home, golden.panel), golden.config);
    const expected = { ...golden, bars: golden.panel.bars };
    expect(wordsOf(outcome)).toEqual(wordsOf(expected));
    expect(largestDifference(outcome, expected)).toBeLessThanOrEqual(TOLERANCE);
  });
});

function runEngine(candles: readonly CandleFile[], config: GoldenConfig): RunOutcome {
  const parsed = parseParameters({ ...config });
  if (!parsed.ok) throw new Error(`golden parameters refused: ${JSON.stringify(parsed.faults)}`);
  const panel = alignPanel(candles.map((file) => ({
    asset: file.asset,
    openTimesMs: Float64Array.from(file.openTimesMs),
    open: Float64Array.from(file.open),
    close: Float64Array.from(file.close),
  })));
  const { summary, trades } = runBacktest(panel, parsed.parameters);
  return { bars: panel.bars, summary, trades };
}
