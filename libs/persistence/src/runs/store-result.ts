import type { StoredRebalance, StoredResult, StoredTrade } from '#application';
import type { Sql } from '../session/sql.js';
import { toBytes } from './float-column.js';

/** Rows a statement: large enough that the round trips do not count, small enough that the parameters stay small. */
const BATCH_ROWS = 10_000;
/** Half a million bars and all their trades take well under a second; a statement that needs a minute is lost. */
const STATEMENT_MS = 60_000;

export const SERIES = { openTimes: 'open-times', equity: 'equity', weightTimes: 'weight-times', reserve: 'weight-reserve' } as const;
export const weightSeries = (assetIndex: number): string => `weight-${assetIndex}`;

/** The result and the completed header, in the caller's transaction. False: the lease is another's, nothing was stored. */
export async function storeResult(sql: Sql, id: string, epoch: number, result: StoredResult): Promise<boolean> {
  const stored = await sql.run(
    `WITH done AS (
       UPDATE backtest_run SET status = 'completed', figures = $3, notices = $4, data_fingerprint = $5, code_version = $6,
         progress_fraction = 1, lease_until = NULL, finished_at = now()
       WHERE id = $1 AND lease_epoch = $2 AND status = 'running' RETURNING id)
     INSERT INTO backtest_result (run_id, document) SELECT id, $7 FROM done
     RETURNING set_config('statement_timeout', '${STATEMENT_MS}', true)`,
    [
      id, epoch, JSON.stringify(result.figures), JSON.stringify(result.notices), result.dataFingerprint, result.codeVersion,
      JSON.stringify(result.document),
    ],
  );
  if (stored !== 1) return false;
  await insertSeries(sql, id, result);
  await insertTrades(sql, id, result.trades);
  await insertRebalances(sql, id, result.rebalances);
  return true;
}

async function insertSeries(sql: Sql, id: string, { openTimesMs, equity, weights }: StoredResult): Promise<void> {
  const series: readonly (readonly [string, Float64Array])[] = [
    [SERIES.openTimes, openTimesMs],
    [SERIES.equity, equity],
    [SERIES.weightTimes, weights.timesMs],
    [SERIES.reserve, weights.reserve],
    ...weights.weights.map((column, index) => [weightSeries(index), column] as const),
  ];
  const groups: string[] = [];
  const parameters: unknown[] = [id];
  for (const [name, column] of series) {
    const next = parameters.push(name, column.length, toBytes(column));
    groups.push(`($1, $${next - 2}, $${next - 1}, $${next})`);
  }
  await sql.run(`INSERT INTO backtest_series (run_id, name, point_count, values) VALUES ${groups.join(', ')}`, parameters);
}

async function insertTrades(sql: Sql, id: string, trades: readonly StoredTrade[]): Promise<void> {
  for (let from = 0; from < trades.length; from += BATCH_ROWS) {
    const batch = trades.slice(from, from + BATCH_ROWS);
    const column = <Value>(value: (trade: StoredTrade) => Value): Value[] => batch.map(value);
    await sql.run(
      `INSERT INTO backtest_trade (run_id, seq, time_ms, side, asset, quantity, price, value, fee, rebalance)
       SELECT $1, $2::int + ordinality - 1, time_ms, side, asset, quantity, price, value, fee, rebalance
       FROM unnest($3::float8[], $4::text[], $5::text[], $6::float8[], $7::float8[], $8::float8[], $9::float8[], $10::int[])
         WITH ORDINALITY AS trade (time_ms, side, asset, quantity, price, value, fee, rebalance, ordinality)`,
      [
        id, from, column((trade) => trade.timeMs), column((trade) => trade.side), column((trade) => trade.asset),
        column((trade) => trade.quantity), column((trade) => trade.price), column((trade) => trade.value),
        column((trade) => trade.fee), column((trade) => trade.rebalance),
      ],
    );
  }
}

async function insertRebalances(sql: Sql, id: string, rebalances: readonly StoredRebalance[]): Promise<void> {
  for (let from = 0; from < rebalances.length; from += BATCH_ROWS) {
    const batch = rebalances.slice(from, from + BATCH_ROWS).map((rebalance) => JSON.stringify(rebalance));
    await sql.run(
      `INSERT INTO backtest_rebalance (run_id, seq, body)
       SELECT $1, $2::int + ordinality - 1, body::jsonb FROM unnest($3::text[]) WITH ORDINALITY AS rebalance (body, ordinality)`,
      [id, from, batch],
    );
  }
}
