import type { BacktestSummary } from '#backtest';
import type { BacktestRun } from '#contracts';
import { z } from 'zod';
import type { BacktestsApi, JsonObject } from '../remote/backtests-api.js';
import { simulatedParameters, type ReportedResult } from './result-report.js';

const figures = z.object({
  finalValue: z.number(), totalReturn: z.number(), maxDrawdown: z.number(), sharpe: z.number(),
  feesPaid: z.number(), tradeCount: z.number(), rebalanceCount: z.number(),
});
const assetReturn = z.object({ asset: z.string(), return: z.number() });

/** What the table needs of a stored document; the rest is for `--json`. */
const StoredDocument = z.looseObject({
  panel: z.looseObject({ bars: z.number(), firstOpenMs: z.number(), lastOpenMs: z.number(), droppedBars: z.number() }),
  summary: figures.extend({
    annualizedReturn: z.number().nullable(),
    winRate: z.number().nullable(),
    kinds: z.object({ upside: z.number(), downside: z.number(), limit: z.number() }),
    bestAsset: assetReturn,
    worstAsset: assetReturn,
  }),
  yardsticks: z.object({ hold: figures, periodic: figures }),
});

/** The stored result of a completed run in the table's terms, or null where its form is not known here. */
export function reportedOf(run: BacktestRun, document: JsonObject): ReportedResult | null {
  const parsed = StoredDocument.safeParse(document);
  if (!parsed.success) return null;
  const { panel, summary, yardsticks } = parsed.data;
  return {
    panel: { ...panel, exchange: run.exchange, quote: run.quote, interval: run.interval, assets: run.assets },
    summary: summary as unknown as BacktestSummary,
    yardsticks,
    notices: run.notices,
    periodicDays: run.periodicRebalanceDays,
  };
}

/** The run with all that it left behind in a few kilobytes: the document of `--json`. */
export async function runDocument(api: BacktestsApi, run: BacktestRun): Promise<JsonObject> {
  if (run.status !== 'completed') return { ...run };
  // The same names as of a run from files, so that a script reads both alike.
  return { ...run, config: simulatedParameters(run.parameters), ...(await api.summary(run.id)), id: run.id };
}
