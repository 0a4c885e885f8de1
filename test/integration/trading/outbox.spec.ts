import { PostgresOutbox } from '#persistence';
import { outboxConformance } from '#testing';
import { openTradingDatabase } from './trading-rows.js';

outboxConformance('PostgresOutbox', async () => {
  const database = await openTradingDatabase(4);
  return {
    outbox: new PostgresOutbox(database.dataSource),
    add: async (jobs) => {
      for (const { queue, jobId, payload, priority, coalesceKey } of jobs) {
        await database.query('INSERT INTO outbox (queue, job_id, payload, priority, coalesce_key) VALUES ($1, $2, $3, $4, $5)', [queue, jobId, payload, priority, coalesceKey ?? null]);
      }
    },
    letPass: async (ms) => void (await database.query(
      `UPDATE outbox SET available_at = available_at - $1 * interval '1 ms', dispatched_at = dispatched_at - $1 * interval '1 ms'
       WHERE id IN (SELECT id FROM outbox FOR UPDATE SKIP LOCKED)`, [ms],
    )),
    endTransactions: async () => {
      const ended = await database.query(
        `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`,
      );
      if (ended.length === 0) throw new Error('no dispatcher is under way');
    },
    clear: async () => void (await database.query('TRUNCATE outbox')),
    close: database.close,
  };
});
