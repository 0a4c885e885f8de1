import type { DataSource } from 'typeorm';
import type { BacktestResultReader, EquityColumns, Page, StoredRebalance, StoredTrade, StoredWeights } from '#application';
import { InvalidCursor } from '#application';
import { withSession, type Sql } from '../session/sql.js';
import { fromBytes } from './float-column.js';
import { SERIES, weightSeries } from './store-result.js';

type PagedTable = 'backtest_trade' | 'backtest_rebalance';

interface SequencedRow {
  readonly seq: number;
}

interface RebalanceRow extends SequencedRow {
  readonly body: StoredRebalance;
}

interface TradeRow extends SequencedRow {
  readonly time_ms: number;
  readonly side: 'buy' | 'sell';
  readonly asset: string;
  readonly quantity: number;
  readonly price: number;
  readonly value: number;
  readonly fee: number;
  readonly rebalance: number | null;
}

export class PostgresBacktestResultReader implements BacktestResultReader {
  constructor(private readonly dataSource: DataSource) {}

  async document(runId: string): Promise<Readonly<Record<string, unknown>> | null> {
    const [row] = await this.read((sql) =>
      sql.rows<{ readonly document: Readonly<Record<string, unknown>> }>('SELECT document FROM backtest_result WHERE run_id = $1', [runId]),
    );
    return row?.document ?? null;
  }

  async equity(runId: string): Promise<EquityColumns | null> {
    const series = await this.series(runId, `name IN ('${SERIES.openTimes}', '${SERIES.equity}')`);
    const openTimesMs = series.get(SERIES.openTimes);
    const equity = series.get(SERIES.equity);
    return openTimesMs === undefined || equity === undefined ? null : { openTimesMs, equity };
  }

  async weights(runId: string): Promise<StoredWeights | null> {
    const series = await this.series(runId, `(name LIKE 'weight-%' OR name = '${SERIES.holdEquity}')`);
    const timesMs = series.get(SERIES.weightTimes);
    const reserve = series.get(SERIES.reserve);
    if (timesMs === undefined || reserve === undefined) return null;
    const weights: Float64Array[] = [];
    for (let index = 0, column; (column = series.get(weightSeries(index))) !== undefined; index++) weights.push(column);
    return { timesMs, weights, reserve, holdEquity: series.get(SERIES.holdEquity) ?? null };
  }

  async trades(runId: string, limit: number, after?: string): Promise<Page<StoredTrade> | null> {
    const page = await this.page<TradeRow>('backtest_trade', runId, limit, after);
    return page === null ? null : { items: page.items.map(toTrade), next: page.next };
  }

  async rebalances(runId: string, limit: number, after?: string): Promise<Page<StoredRebalance> | null> {
    const page = await this.page<RebalanceRow>('backtest_rebalance', runId, limit, after);
    return page === null ? null : { items: page.items.map((row) => row.body), next: page.next };
  }

  private async page<Row extends SequencedRow>(table: PagedTable, runId: string, limit: number, after?: string): Promise<Page<Row> | null> {
    if (after !== undefined && !/^\d{1,9}$/u.test(after)) throw new InvalidCursor();
    const rows = await this.read((sql) =>
      sql.rows<Row>(`SELECT * FROM ${table} WHERE run_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`, [runId, Number(after ?? -1), limit + 1]),
    );
    if (rows.length === 0 && (await this.document(runId)) === null) return null;
    const items = rows.slice(0, limit);
    return { items, next: rows.length > limit ? String(items.at(-1)?.seq) : null };
  }

  private async series(runId: string, condition: string): Promise<ReadonlyMap<string, Float64Array>> {
    const rows = await this.read((sql) =>
      sql.rows<{ readonly name: string; readonly values: Buffer }>(
        `SELECT name, values FROM backtest_series WHERE run_id = $1 AND ${condition}`,
        [runId],
      ),
    );
    return new Map(rows.map(({ name, values }) => [name, fromBytes(values)]));
  }

  private read<Value>(work: (sql: Sql) => Promise<Value>): Promise<Value> {
    return withSession(this.dataSource, 'read the result', work);
  }
}

function toTrade(row: TradeRow): StoredTrade {
  const { time_ms: timeMs, side, asset, quantity, price, value, fee, rebalance } = row;
  return { timeMs, side, asset, quantity, price, value, fee, rebalance };
}
