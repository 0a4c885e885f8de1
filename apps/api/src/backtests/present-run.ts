import type { BacktestRun } from '#application';
import type { BacktestRun as BacktestRunDocument } from '#contracts';

const DAY_MS = 86_400_000;

/** A run's header as it goes over the wire. */
export function presentRun(run: BacktestRun): BacktestRunDocument {
  const { spec, labels, progress } = run;
  return {
    id: run.id,
    status: run.status,
    exchange: spec.exchange,
    quote: spec.quote,
    interval: spec.interval,
    assets: [...spec.assets],
    from: instantOf(spec.fromMs),
    to: instantOf(spec.toMs),
    parameters: spec.parameters,
    periodicRebalanceDays: spec.periodicEveryMs / DAY_MS,
    priority: run.priority,
    name: labels.name,
    tags: [...labels.tags],
    note: labels.note,
    specSha256: run.specSha256,
    dataFingerprint: run.dataFingerprint,
    codeVersion: run.codeVersion,
    createdAt: new Date(run.createdAtMs).toISOString(),
    startedAt: instantOf(run.startedAtMs),
    finishedAt: instantOf(run.finishedAtMs),
    progress: { fraction: progress.fraction, simulatedAt: instantOf(progress.simulatedMs), barsPerSecond: progress.barsPerSecond },
    figures: run.figures,
    notices: [...run.notices],
    error: run.error,
  };
}

export const instantOf = (epochMs: number | null): string | null => (epochMs === null ? null : new Date(epochMs).toISOString());
