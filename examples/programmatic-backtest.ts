/**
 * A backtest without services: hand the engine columns, read the report. `npx tsx -C source examples/programmatic-backtest.ts`
 * prints the first rebalances and the comparison with both yardsticks.
 */
import { alignPanel, runBacktest, type BacktestReport, type CandleColumns } from '#backtest';
import { checkFeasibility, parseParameters } from '#domain';
import { pathToFileURL } from 'node:url';

const HOUR_MS = 3_600_000;
const HOURS = 30 * 24;

/** Thirty days of hourly candles that swing around a base: columns may come from anywhere. */
function aSwing(asset: string, base: number, amplitude: number, phase: number): CandleColumns {
  const openTimesMs = Float64Array.from({ length: HOURS }, (_, hour) => Date.UTC(2024, 0, 1) + hour * HOUR_MS);
  const priceAt = (hour: number): number => base * (1 + amplitude * Math.sin(hour / 40 + phase));
  return {
    asset, openTimesMs,
    open: openTimesMs.map((_, hour) => priceAt(hour)),
    close: openTimesMs.map((_, hour) => priceAt(hour + 1)),
  };
}

export function runExample(): BacktestReport {
  const parsed = parseParameters({ initialCapital: 5_000, slippage: 0.001 });
  if (!parsed.ok) throw new Error(parsed.faults.map(({ field, rule }) => `${field} ${rule}`).join('; '));
  const { parameters } = parsed;
  const feasibility = checkFeasibility(parameters, 5, parameters.initialCapital);
  if (!feasibility.isFeasible) throw new Error(JSON.stringify(feasibility.findings));
  const panel = alignPanel([
    aSwing('AAA', 2, 0.6, 0), aSwing('BBB', 0.05, 0.5, 2), aSwing('CCC', 30, 0.3, 4), aSwing('DDD', 7, 0.4, 5),
    aSwing('EEE', 0.9, 0.2, 1),
  ]);
  return runBacktest(panel, parameters);
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(2)} %`;

export function describeReport({ summary, benchmarks, rebalances }: BacktestReport): string {
  const lines = rebalances.slice(0, 5).map(({ filledAtMs, asset, kind, attribution }) =>
    `${new Date(filledAtMs).toISOString()} ${kind} on ${asset}: ${attribution.toFixed(2)} USDT by the end`);
  return [
    ...lines,
    `… ${rebalances.length} rebalances, ${summary.tradeCount} trades, ${summary.feesPaid.toFixed(2)} USDT of fees`,
    `strategy ${percent(summary.totalReturn)}, worst fall ${percent(summary.maxDrawdown)}`,
    `hold     ${percent(benchmarks.hold.totalReturn)}, worst fall ${percent(benchmarks.hold.maxDrawdown)}`,
    `weekly   ${percent(benchmarks.periodic.totalReturn)}, worst fall ${percent(benchmarks.periodic.maxDrawdown)}`,
  ].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(`${describeReport(runExample())}\n`);
}
