import { StoreFailure, type BacktestRunStore, type IdempotencyClaim, type NewRun, type SubmitRunOutcome } from '#application';
import type { Sql } from '../session/sql.js';
import { after, DISPATCH_GRACE_MS } from '../dispatch/outbox-jobs.js';
import { insertRunJobs, type RunJobPolicy } from './run-jobs.js';
import { RUN_COLUMNS, toRun, type RunRow } from './run-row.js';

type RecallOutcome = Awaited<ReturnType<BacktestRunStore['recall']>>;

/** The run, its outbox row and its key, in the caller's transaction. */
export async function submitWithKey(sql: Sql, policy: RunJobPolicy, run: NewRun, key: IdempotencyClaim): Promise<SubmitRunOutcome> {
  if (await claimKey(sql, key, run.id)) return submitRun(sql, policy, run);
  const earlier = await recallKey(sql, key);
  // Its run has been deleted between the two statements: tried again from the beginning, the key is free.
  if (earlier === null) throw new StoreFailure('contended', 'the idempotency key was freed just now', { cause: null });
  return earlier;
}

/** The run and its outbox row by one statement, which is a transaction by itself where there is none. */
export async function submitRun(sql: Sql, policy: RunJobPolicy, run: NewRun): Promise<SubmitRunOutcome> {
  const [row] = await sql.rows<RunRow>(
    `WITH stored AS (
       INSERT INTO backtest_run (id, status, spec, exchange, interval_name, assets, spec_sha256, data_fingerprint,
         code_version, priority, name, tags, note, notices, dispatch_count, next_action_at, created_at)
       VALUES ($1, 'queued', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, ${after('$14::float8')},
         to_timestamp($15::float8 / 1000))
       RETURNING *),
     job AS (${insertRunJobs('stored', { queue: '$16', interactive: '$17', bulk: '$18' })})
     SELECT ${RUN_COLUMNS} FROM stored`,
    [
      run.id, JSON.stringify(run.spec), run.spec.exchange, run.spec.interval, run.spec.assets, run.specSha256,
      run.dataFingerprint, run.codeVersion, run.priority, run.labels.name, run.labels.tags, run.labels.note,
      JSON.stringify(run.notices), DISPATCH_GRACE_MS, run.createdAtMs,
      policy.queue, policy.priorities.interactive, policy.priorities.bulk,
    ],
  );
  return { kind: 'created', run: toRun(row!) };
}

export async function recallKey(sql: Sql, { principal, key, requestSha256 }: IdempotencyClaim): Promise<RecallOutcome> {
  const [row] = await sql.rows<RunRow & { readonly request_sha256: string }>(
    `SELECT request_sha256, ${RUN_COLUMNS} FROM backtest_run
     JOIN (SELECT run_id, request_sha256 FROM idempotency_key WHERE principal = $1 AND key = $2) remembered ON run_id = id`,
    [principal, key],
  );
  if (row === undefined) return null;
  return row.request_sha256 === requestSha256 ? { kind: 'replayed', run: toRun(row) } : { kind: 'key-reused' };
}

/** False where the key is taken. A submission with the same key that is still under way is waited for. */
async function claimKey(sql: Sql, { principal, key, requestSha256 }: IdempotencyClaim, runId: string): Promise<boolean> {
  const inserted = await sql.run(
    `INSERT INTO idempotency_key (principal, key, request_sha256, run_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
    [principal, key, requestSha256, runId],
  );
  return inserted === 1;
}
