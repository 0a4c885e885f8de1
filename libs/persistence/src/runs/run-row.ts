import type { BacktestRun, BacktestSpec, RunFigures, RunNotice, RunPriority, RunStatus } from '#application';

/** What of a run's row makes its header; in the order of the table. */
export const RUN_COLUMNS = `id, status, spec, spec_sha256, data_fingerprint, code_version, priority, name, tags, note,
  progress_fraction, simulated_ms, bars_per_second, figures, notices, error, cancel_requested_at, version,
  created_at, started_at, finished_at`;

export interface RunRow {
  readonly id: string;
  readonly status: RunStatus;
  readonly spec: BacktestSpec;
  readonly spec_sha256: string;
  readonly data_fingerprint: string;
  readonly code_version: string;
  readonly priority: RunPriority;
  readonly name: string | null;
  readonly tags: readonly string[];
  readonly note: string | null;
  readonly progress_fraction: number;
  readonly simulated_ms: number | null;
  readonly bars_per_second: number | null;
  readonly figures: RunFigures | null;
  readonly notices: readonly RunNotice[];
  readonly error: RunNotice | null;
  readonly cancel_requested_at: Date | null;
  readonly version: number;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
}

export function toRun(row: RunRow): BacktestRun {
  return {
    id: row.id,
    status: row.status,
    spec: row.spec,
    specSha256: row.spec_sha256,
    dataFingerprint: row.data_fingerprint,
    codeVersion: row.code_version,
    priority: row.priority,
    labels: { name: row.name, tags: row.tags, note: row.note },
    progress: { fraction: row.progress_fraction, simulatedMs: row.simulated_ms, barsPerSecond: row.bars_per_second },
    figures: row.figures,
    notices: row.notices,
    error: row.error,
    isCancelRequested: row.cancel_requested_at !== null,
    version: row.version,
    createdAtMs: row.created_at.getTime(),
    startedAtMs: row.started_at?.getTime() ?? null,
    finishedAtMs: row.finished_at?.getTime() ?? null,
  };
}
