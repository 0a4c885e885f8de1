/**
 * Speed of the engine beside plain loops in the same process: `npx tsx -C source bench/engine.ts`.
 * The tasks alternate, and medians are told: of the CPU times, and of each round's own ratio to the plain loop.
 */
import { MAX_SCAN_BARS, alignPanel, runBacktest, scanColumns, type CandleColumns, type Panel, type ScanRequest } from '#backtest';
import { DEFAULT_PARAMETERS, type StrategyParameters } from '#domain';
import { pathToFileURL } from 'node:url';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { BenchResult } from './bench-result.js';
import { plainColumnLoop, plainRowMajorLoop, type PlainLoopInput } from './plain-loops.js';

const ASSETS = 10;
const BARS = 525_600;
const ROUNDS = 11;
const MS_PER_MINUTE = 60_000;

const GOAL = 0.8;

/** Thresholds that the waves below never reach: what the plain loops do, with no bar flagged. The walks do reach them. */
const QUIET: StrategyParameters = { ...DEFAULT_PARAMETERS, initialCapital: 100_000 };
/** Exceeded by two to four assets on nearly every bar, which can never be acted on: cooldowns never end. */
const COOLDOWN: StrategyParameters = { ...QUIET, upsideThreshold: 0.1, downsideThreshold: 0.1, cooldownMinutes: 10_000_000 };
/** Exceeded by nearly every asset on nearly every bar, by less than the smallest order. */
const DECLINED: StrategyParameters = { ...QUIET, upsideThreshold: 0.005, downsideThreshold: 0.005, minOrderValue: 6_000 };
const ACTIVE: StrategyParameters = { ...QUIET, upsideThreshold: 0.1, downsideThreshold: 0.08, slippage: 0.001 };

export async function run(): Promise<readonly BenchResult[]> {
  const panel = makePanel(wave);
  const volatile = makePanel(walk);
  const input = plainInput(panel, rowMajor(panel));
  const series = seriesOf(panel);
  let progressCalls = 0;
  const engine = (parameters: StrategyParameters) => () => runBacktest(panel, parameters, { onProgress: () => { progressCalls++; } });
  const measured = measure({
    plainByRow: () => plainRowMajorLoop(input),
    quiet: engine(QUIET),
    volatile: () => runBacktest(volatile, QUIET, { onProgress: () => { progressCalls++; } }),
    plainByColumn: () => plainColumnLoop(input),
    scan: () => scanOnly(panel, input),
    active: engine(ACTIVE),
    cooldown: engine(COOLDOWN),
    declined: engine(DECLINED),
    transpose: () => rowMajor(panel),
    align: () => alignPanel(series),
  });
  if (progressCalls === 0) throw new Error('the engine never reported progress');
  return [
    besidePlain('engine, whole run (equity, progress, figures, yardsticks), quiet waves', measured, 'quiet', GOAL),
    besidePlain(`engine, whole run, volatile walks, ${runBacktest(volatile, QUIET).summary.rebalanceCount} rebalances`, measured, 'volatile'),
    besidePlain('engine, scan alone', measured, 'scan'),
    besidePlain('plain loop, one column per asset', measured, 'plainByColumn'),
    besidePlain(`engine, tight thresholds, ${runBacktest(panel, ACTIVE).summary.rebalanceCount} rebalances`, measured, 'active'),
    besidePlain(`engine, ${heldShare(panel, COOLDOWN)} % of bars in cooldown`, measured, 'cooldown'),
    besidePlain(`engine, ${heldShare(panel, DECLINED)} % of bars without a large enough order`, measured, 'declined'),
    { name: 'making a row-major block from columns', value: medianOf(measured.transpose!), unit: 'ms' },
    { name: 'aligning a panel: times and prices checked', value: medianOf(measured.align!), unit: 'ms' },
  ];
}

type Measured = Readonly<Record<string, readonly number[]>>;

/** Speed of a task, beside the row-major plain loop of the same rounds. */
function besidePlain(name: string, measured: Measured, task: string, goal?: number): BenchResult {
  const times = measured[task]!;
  const ratio = medianOf(times.map((ms, round) => measured.plainByRow![round]! / ms));
  const baseline = { name: 'plain loop, one row-major block', value: speedOf(measured.plainByRow!) };
  const result = { name, value: speedOf(times), unit: 'million asset-bars/s', baseline, ratio };
  return goal === undefined ? result : { ...result, goal: `≥ ${goal} × plain`, isGoalMet: ratio >= goal };
}

function speedOf(times: readonly number[]): number {
  return (ASSETS * BARS) / medianOf(times) / 1_000;
}

function heldShare(panel: Panel, parameters: StrategyParameters): string {
  const { held, count } = runBacktest(panel, parameters).evaluations;
  return ((100 * (held['no-plan'] + held['all-in-cooldown'])) / count).toFixed(0);
}

/**
 * CPU time of each task, in rounds of all in turn; two rounds before warm the compiler up. CPU time, its garbage
 * collection included, because the goal is per core and a busy machine stretches wall time at random.
 */
function measure(tasks: Readonly<Record<string, () => unknown>>): Measured {
  const times: Record<string, number[]> = {};
  for (let round = -2; round < ROUNDS; round++) {
    for (const [name, task] of Object.entries(tasks)) {
      const before = process.cpuUsage();
      task();
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) (times[name] ??= []).push((user + system) / 1_000);
    }
  }
  return times;
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Slow waves of a few per cent, each asset in its own phase. */
function wave(close: Float64Array, asset: number): void {
  for (let bar = 0; bar < close.length; bar++) close[bar] = (asset + 1) * (1 + 0.12 * Math.sin(bar / 4_000 + asset * 0.3));
}

/** Independent walks with a deviation of 8 % a day. */
function walk(close: Float64Array, asset: number): void {
  const numbers = xoroshiro128plus(7 + asset);
  let price = asset + 1;
  for (let bar = 0; bar < close.length; bar++) {
    const bell = uniformFloat64(numbers) + uniformFloat64(numbers) + uniformFloat64(numbers) - 1.5;
    price *= 1 + 0.0042 * bell;
    close[bar] = price;
  }
}

/** Columns on shared memory, as a runner holds them; each bar opens on the close before. */
function makePanel(fill: (close: Float64Array, asset: number) => void): Panel {
  const openTimesMs = Float64Array.from({ length: BARS }, (_unused, bar) => 1_704_067_200_000 + bar * MS_PER_MINUTE);
  return alignPanel(Array.from({ length: ASSETS }, (_unused, asset) => {
    const close = new Float64Array(new SharedArrayBuffer(BARS * 8));
    fill(close, asset);
    const open = Float64Array.from(close, (_, bar) => close[Math.max(0, bar - 1)]!);
    return { asset: `A${asset}`, openTimesMs, open, close };
  }));
}

/** Times of their own for every asset, as they come from a store: that they are equal must be found out. */
function seriesOf({ assets, openTimesMs, opens, closes }: Panel): readonly CandleColumns[] {
  return assets.map((asset, index) => ({
    asset, openTimesMs: openTimesMs.slice(), open: opens[index]!, close: closes[index]!,
  }));
}

function rowMajor(panel: Panel): Float64Array {
  const block = new Float64Array(new SharedArrayBuffer(panel.bars * ASSETS * 8));
  for (let start = 0; start < panel.bars; start += 256) {
    const end = Math.min(start + 256, panel.bars);
    panel.closes.forEach((column, asset) => {
      for (let bar = start; bar < end; bar++) block[bar * ASSETS + asset] = column[bar]!;
    });
  }
  return block;
}

function plainInput(panel: Panel, closesByRow: Float64Array): PlainLoopInput {
  const value = (0.7 * QUIET.initialCapital) / ASSETS;
  const quantities = Float64Array.from(panel.closes, (column) => value / column[0]!);
  const { upsideThreshold, downsideThreshold, maxPosition } = QUIET;
  const cash = 0.3 * QUIET.initialCapital;
  const equity = new Float64Array(panel.bars);
  return { closes: panel.closes, closesByRow, bars: panel.bars, quantities, cash, upsideThreshold, downsideThreshold, maxPosition, equity };
}

function scanOnly(panel: Panel, input: PlainLoopInput): number {
  const scan = scanColumns;
  const request: ScanRequest = { ...input, closeRanges: panel.closeRanges, fromBar: 0, toBar: 0, flaggedBars: new Int32Array(MAX_SCAN_BARS) };
  let flagged = 0;
  for (let bar = 0; bar < panel.bars; bar = request.toBar) {
    request.fromBar = bar;
    request.toBar = Math.min(bar + MAX_SCAN_BARS, panel.bars);
    flagged += scan(request);
  }
  return flagged;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const { name, value, unit, ratio, goal } of await run()) {
    const besides = ratio === undefined ? '' : `, ${ratio.toFixed(2)} × plain`;
    process.stdout.write(`${name}: ${value.toFixed(1)} ${unit}${besides}${goal === undefined ? '' : ` (goal ${goal})`}\n`);
  }
}
