import type { StoredRebalance, StoredResult, StoredTrade } from '#application';
import type { Sql } from '../session/sql.js';
import { toBytes } from './float-column.js';

/** Rows a statement: large enough that the round trips do not count, small enough that the parameters stay small. */
const BATCH_ROWS = 10_000;
/** From this size on a statement may outlive the bound of everyday ones; one that needs a minute is lost. */
const LARGE_BYTES = 4_000_000;
const STATEMENT_MS = 60_000;

export const SERIES = { openTimes: 'open-times', equity: 'equity', weightTimes: 'weight-times', reserve: 'weight-reserve', holdEquity: 'hold-equity' } as const;
export const weightSeries = (assetIndex: number): string => `weight-${assetIndex}`;

/** The result and the completed header, in the caller's transaction. False: the lease is another's, nothing was stored. */
export async function storeResult(sql: Sql, id: string, epoch: number, result: StoredResult): Promise<boolean> {
  if (result.equity.byteLength > LARGE_BYTES) await sql.run(`SET LOCAL statement_timeout = ${STATEMENT_MS}`);
  if (!(await storeHead(sql, id, epoch, result))) return false;
  for (let from = BATCH_ROWS; from < result.trades.length; from += BATCH_ROWS) {
    await sql.run(`WITH done AS (SELECT $1::text AS id) ${insertTrades(2)}`, [id, ...tradeParameters(result.trades, from)]);
  }
  for (let from = BATCH_ROWS; from < result.rebalances.length; from += BATCH_ROWS) {
    await sql.run(`WITH done AS (SELECT $1::text AS id) ${insertRebalances(2)}`, [id, ...rebalanceParameters(result.rebalances, from)]);
  }
  return true;
}

/** Whether `storeHead` is all there is to do, so that it needs no transaction around it. */
export function isStoredByHead({ trades, rebalances, equity }: StoredResult): boolean {
  return trades.length <= BATCH_ROWS && rebalances.length <= BATCH_ROWS && equity.byteLength <= LARGE_BYTES;
}

/** Everything of a usual run by one statement: each part is stored if, and only if, the header's lease still stands. */
export async function storeHead(sql: Sql, id: string, epoch: number, result: StoredResult): Promise<boolean> {
  const series = seriesOf(result);
  const stored = await sql.run(
    `WITH done AS (
       UPDATE backtest_run SET status = 'completed', figures = $3, notices = $4, data_fingerprint = $5, code_version = $6,
         progress_fraction = 1, lease_until = NULL, finished_at = now()
       WHERE id = $1 AND lease_epoch = $2 AND status = 'running' RETURNING id),
     trades AS (${insertTrades(8)}),
     rebalances AS (${insertRebalances(17)}),
     series AS (${insertSeries(19, series.length)})
     INSERT INTO backtest_result (run_id, document) SELECT id, $7 FROM done`,
    [
      id, epoch, JSON.stringify(result.figures), JSON.stringify(result.notices), result.dataFingerprint, result.codeVersion,
      JSON.stringify(result.document), ...tradeParameters(result.trades, 0), ...rebalanceParameters(result.rebalances, 0),
      ...series.flatMap(([name, column]) => [name, toBytes(column)]),
    ],
  );
  return stored === 1;
}

function seriesOf({ openTimesMs, equity, weights }: StoredResult): readonly (readonly [string, Float64Array])[] {
  return [
    [SERIES.openTimes, openTimesMs],
    [SERIES.equity, equity],
    [SERIES.weightTimes, weights.timesMs],
    [SERIES.reserve, weights.reserve],
    ...(weights.holdEquity === null ? [] : [[SERIES.holdEquity, weights.holdEquity] as const]),
    ...weights.weights.map((column, index) => [weightSeries(index), column] as const),
  ];
}

/** Two parameters a series, its name and its bytes: the driver sends bytes as they are, but those of an array as text. */
function insertSeries(first: number, count: number): string {
  const rows = Array.from({ length: count }, (_, index) => `($${first + 2 * index}::text, $${first + 2 * index + 1}::bytea)`);
  return `INSERT INTO backtest_series (run_id, name, point_count, values)
     SELECT done.id, name, octet_length(bytes) / 8, bytes FROM done, (VALUES ${rows.join(', ')}) AS one (name, bytes)`;
}

/** Of the relation `done`, whose `id` is the run; its nine parameters begin at number `first`. */
function insertTrades(first: number): string {
  const [seq, ...columns] = Array.from({ length: 9 }, (_, index) => `$${first + index}`);
  const types = ['float8', 'text', 'text', 'float8', 'float8', 'float8', 'float8', 'int'];
  return `INSERT INTO backtest_trade (run_id, seq, time_ms, side, asset, quantity, price, value, fee, rebalance)
     SELECT done.id, ${seq}::int + ordinality - 1, time_ms, side, asset, quantity, price, value, fee, rebalance
     FROM done, unnest(${columns.map((column, index) => `${column}::${types[index]}[]`).join(', ')})
       WITH ORDINALITY AS trade (time_ms, side, asset, quantity, price, value, fee, rebalance, ordinality)`;
}

function tradeParameters(trades: readonly StoredTrade[], from: number): readonly unknown[] {
  const batch = trades.slice(from, from + BATCH_ROWS);
  const column = <Value>(value: (trade: StoredTrade) => Value): Value[] => batch.map(value);
  return [
    from, column((trade) => trade.timeMs), column((trade) => trade.side), column((trade) => trade.asset), column((trade) => trade.quantity),
    column((trade) => trade.price), column((trade) => trade.value), column((trade) => trade.fee), column((trade) => trade.rebalance),
  ];
}

/** The same with two parameters. */
function insertRebalances(first: number): string {
  return `INSERT INTO backtest_rebalance (run_id, seq, body)
     SELECT done.id, $${first}::int + ordinality - 1, body::jsonb
     FROM done, unnest($${first + 1}::text[]) WITH ORDINALITY AS rebalance (body, ordinality)`;
}

function rebalanceParameters(rebalances: readonly StoredRebalance[], from: number): readonly unknown[] {
  return [from, rebalances.slice(from, from + BATCH_ROWS).map((rebalance) => JSON.stringify(rebalance))];
}
