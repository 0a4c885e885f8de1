import type { DataSource } from 'typeorm';
import type {
  BackfillClaim, BackfillFilter, BackfillNotice, BackfillStep, CandleBackfill, CandleBackfillStore, NewBackfill, StepOutcome,
} from '#application';
import { INTERVAL_MS } from '#domain';
import { after, DISPATCH_GRACE_MS } from '../dispatch/outbox-jobs.js';
import { inTransaction, withSession, type Sql } from '../session/sql.js';
import { insertBackfillJobs, type BackfillJobPolicy } from './backfill-jobs.js';
import { claimBackfill, completeBackfill, failBackfill, giveBackBackfill, heartbeatBackfill } from './backfill-leases.js';
import { BACKFILL_COLUMNS, toBackfill, type BackfillRow } from './backfill-row.js';
import { storeSeriesStep, type StoredStep } from './store-step.js';

export class PostgresCandleBackfillStore implements CandleBackfillStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly jobs: BackfillJobPolicy,
  ) {}

  submit(backfills: readonly NewBackfill[]): Promise<CandleBackfill[]> {
    return inTransaction(this.dataSource, 'store the backfills', async (sql) => {
      const stored: CandleBackfill[] = [];
      for (const backfill of backfills) stored.push((await insertBackfill(sql, this.jobs, backfill)) ?? (await openTwin(sql, backfill)));
      return stored;
    });
  }

  find(id: string): Promise<CandleBackfill | null> {
    return withSession(this.dataSource, 'read the backfill', (sql) => findBackfill(sql, id));
  }

  list({ ids, status }: BackfillFilter, limit: number): Promise<CandleBackfill[]> {
    return withSession(this.dataSource, 'list backfills', async (sql) => {
      const rows = await sql.rows<BackfillRow>(
        `SELECT ${BACKFILL_COLUMNS} FROM candle_backfill WHERE ($1::text[] IS NULL OR id = ANY ($1)) AND ($2::text IS NULL OR status = $2)
         ORDER BY id DESC LIMIT $3`,
        [ids ?? null, status ?? null, limit],
      );
      return rows.map(toBackfill);
    });
  }

  cancel(id: string): Promise<CandleBackfill | null> {
    return withSession(this.dataSource, 'cancel the backfill', async (sql) => {
      await sql.run(
        `UPDATE candle_backfill SET status = 'canceled', lease_until = NULL, next_action_at = NULL, finished_at = now()
         WHERE id = $1 AND status IN ('queued', 'running')`,
        [id],
      );
      return findBackfill(sql, id);
    });
  }

  claim(id: string, holder: string, leaseMs: number): Promise<BackfillClaim> {
    return withSession(this.dataSource, 'claim the backfill', (sql) => claimBackfill(sql, id, holder, leaseMs));
  }

  heartbeat(id: string, epoch: number, leaseMs: number): Promise<boolean> {
    return withSession(this.dataSource, 'extend the lease', (sql) => heartbeatBackfill(sql, id, epoch, leaseMs));
  }

  storeStep(id: string, epoch: number, step: BackfillStep, leaseMs: number): Promise<StepOutcome> {
    const doing = 'store candles';
    return inTransaction(this.dataSource, doing, async (sql) => {
      const held = await holdRow(sql, id, epoch);
      if (held === null) return { kind: 'lost' };
      const { identity, marketId } = held;
      const stored = await storeSeriesStep(sql, doing, { identity, marketId, step, source: `backfill ${id}`, by: 'upsert' });
      return { kind: 'stored', counts: stored.counts, backfill: await noteStep(sql, id, step, stored, leaseMs) };
    });
  }

  complete(id: string, epoch: number): Promise<boolean> {
    return withSession(this.dataSource, 'complete the backfill', (sql) => completeBackfill(sql, id, epoch));
  }

  fail(id: string, epoch: number, problem: BackfillNotice): Promise<boolean> {
    return withSession(this.dataSource, 'mark the backfill failed', (sql) => failBackfill(sql, id, epoch, problem));
  }

  postpone(id: string, epoch: number, delayMs: number, problem: BackfillNotice): Promise<boolean> {
    return withSession(this.dataSource, 'postpone the backfill', (sql) => giveBackBackfill(sql, this.jobs, { id, epoch }, delayMs, problem));
  }

  release(id: string, epoch: number): Promise<boolean> {
    return withSession(this.dataSource, 'give the backfill back', (sql) => giveBackBackfill(sql, this.jobs, { id, epoch }, 0, null));
  }

  endLease(id: string, epoch: number): Promise<boolean> {
    return withSession(this.dataSource, 'end the lease', (sql) => giveBackBackfill(sql, null, { id, epoch }, 0, null));
  }
}

/** Null where one of the same series, range and follow is queued or running. */
async function insertBackfill(sql: Sql, jobs: BackfillJobPolicy, backfill: NewBackfill): Promise<CandleBackfill | null> {
  const { identity } = backfill;
  const [row] = await sql.rows<BackfillRow>(
    `WITH stored AS (
       INSERT INTO candle_backfill (id, status, exchange, base, quote, candle_interval, interval_ms, market_id, from_ms, to_ms, next_from_ms,
         is_followed, dispatch_count, next_action_at, created_at)
       VALUES ($1, 'queued', $2, $3, $4, $5, $6, $7, $8, $9, $8, $10, 1, ${after('$11::float8')}, to_timestamp($12::float8 / 1000))
       ON CONFLICT (exchange, base, quote, candle_interval, from_ms, to_ms, is_followed) WHERE status IN ('queued', 'running') DO NOTHING
       RETURNING *),
     job AS (${insertBackfillJobs('stored', { queue: '$13', priority: '$14' })})
     SELECT ${BACKFILL_COLUMNS} FROM stored`,
    [
      backfill.id, identity.exchange, identity.base, identity.quote, identity.interval, INTERVAL_MS[identity.interval], backfill.marketId,
      backfill.fromMs, backfill.toMs, backfill.isFollowed, DISPATCH_GRACE_MS, backfill.createdAtMs, jobs.queue, jobs.priority,
    ],
  );
  return row === undefined ? null : toBackfill(row);
}

/** The one that stood in the way: waited for by the insert, so it is there, finished meanwhile at the most. */
async function openTwin(sql: Sql, { identity, fromMs, toMs, isFollowed }: NewBackfill): Promise<CandleBackfill> {
  const [row] = await sql.rows<BackfillRow>(
    `SELECT ${BACKFILL_COLUMNS} FROM candle_backfill
     WHERE (exchange, base, quote, candle_interval, from_ms, to_ms, is_followed) = ($1, $2, $3, $4, $5, $6, $7) ORDER BY id DESC LIMIT 1`,
    [identity.exchange, identity.base, identity.quote, identity.interval, fromMs, toMs, isFollowed],
  );
  return toBackfill(row!);
}

async function findBackfill(sql: Sql, id: string): Promise<CandleBackfill | null> {
  const [row] = await sql.rows<BackfillRow>(`SELECT ${BACKFILL_COLUMNS} FROM candle_backfill WHERE id = $1`, [id]);
  return row === undefined ? null : toBackfill(row);
}

/** Held until the transaction ends; null where the lease is no longer that epoch's. */
async function holdRow(sql: Sql, id: string, epoch: number): Promise<CandleBackfill | null> {
  const [row] = await sql.rows<BackfillRow>(
    `SELECT ${BACKFILL_COLUMNS} FROM candle_backfill WHERE id = $1 AND lease_epoch = $2 AND status = 'running' FOR UPDATE`,
    [id, epoch],
  );
  return row === undefined ? null : toBackfill(row);
}

async function noteStep(sql: Sql, id: string, step: BackfillStep, { counts, newGapCount }: StoredStep, leaseMs: number): Promise<CandleBackfill> {
  const [row] = await sql.rows<BackfillRow>(
    `UPDATE candle_backfill SET next_from_ms = $2, lease_until = ${after('$3::float8')}, notice = coalesce($4::jsonb, notice),
       inserted_count = inserted_count + $5, unchanged_count = unchanged_count + $6, corrected_count = corrected_count + $7,
       gap_count = gap_count + $8, problem = NULL, failed_looks = 0, failing_since = NULL, lost_lease_count = 0
     WHERE id = $1 RETURNING ${BACKFILL_COLUMNS}`,
    [
      id, step.nextFromMs, leaseMs, step.notice === null ? null : JSON.stringify(step.notice),
      counts.insertedCount, counts.unchangedCount, counts.correctedCount, newGapCount,
    ],
  );
  return toBackfill(row!);
}
