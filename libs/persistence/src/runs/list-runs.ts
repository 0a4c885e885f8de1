import { InvalidCursor, type BacktestRun, type Page, type RunFilter, type RunListQuery } from '#application';
import type { Sql } from '../session/sql.js';
import { RUN_COLUMNS, toRun, type RunRow } from './run-row.js';

interface SortColumn {
  /** As it is indexed, with the id behind it. */
  readonly expression: string;
  /** The parameter that carries a cursor's value, as that expression's type. */
  readonly bound: (parameter: string) => string;
  readonly valueOf: (run: BacktestRun) => number;
}

const figure = (column: string, name: 'finalValue' | 'totalReturn' | 'maxDrawdown' | 'sharpe'): SortColumn => ({
  expression: `coalesce(${column}, '-Infinity')`,
  bound: (parameter) => `${parameter}::float8`,
  valueOf: (run) => run.figures?.[name] ?? -Infinity,
});

/** The only texts that ever reach an ORDER BY. */
const SORTS: Readonly<Record<string, SortColumn>> = {
  createdAt: {
    expression: 'created_at',
    bound: (parameter) => `to_timestamp(${parameter}::float8 / 1000)`,
    valueOf: (run) => run.createdAtMs,
  },
  finalValue: figure('final_value', 'finalValue'),
  totalReturn: figure('total_return', 'totalReturn'),
  maxDrawdown: figure('max_drawdown', 'maxDrawdown'),
  sharpe: figure('sharpe', 'sharpe'),
};

/** One page by keyset: the first costs the same at fifty runs and at fifty thousand. */
export async function listRuns(sql: Sql, query: RunListQuery): Promise<Page<BacktestRun>> {
  const isFalling = query.sort.startsWith('-');
  const sort = sortColumn(isFalling ? query.sort.slice(1) : query.sort);
  const { conditions, parameters } = filterSql(query.filter);
  if (query.after !== undefined) {
    const { value, id } = decodeCursor(query.after, query.sort);
    parameters.push(String(value), id);
    const bound = sort.bound(`$${parameters.length - 1}::text`);
    conditions.push(`(${sort.expression}, id) ${isFalling ? '<' : '>'} (${bound}, $${parameters.length})`);
  }
  const direction = isFalling ? 'DESC' : 'ASC';
  const rows = await sql.rows<RunRow>(
    `SELECT ${RUN_COLUMNS} FROM backtest_run ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
     ORDER BY ${sort.expression} ${direction}, id ${direction} LIMIT ${Math.trunc(query.limit) + 1}`,
    parameters,
  );
  return pageOf(rows.map(toRun), query, sort);
}

function pageOf(runs: readonly BacktestRun[], query: RunListQuery, sort: SortColumn): Page<BacktestRun> {
  const items = runs.slice(0, query.limit);
  const last = items.at(-1);
  if (runs.length <= query.limit || last === undefined) return { items, next: null };
  return { items, next: encodeCursor(query.sort, sort.valueOf(last), last.id) };
}

function sortColumn(name: string): SortColumn {
  const sort = Object.hasOwn(SORTS, name) ? SORTS[name] : undefined;
  if (sort === undefined) throw new RangeError(`runs cannot be sorted by ${name}; by ${Object.keys(SORTS).join(', ')} they can`);
  return sort;
}

function filterSql(filter: RunFilter): { readonly conditions: string[]; readonly parameters: unknown[] } {
  const conditions: string[] = [];
  const parameters: unknown[] = [];
  const where = (value: unknown, condition: (parameter: string) => string) => {
    if (value === undefined) return;
    parameters.push(value);
    conditions.push(condition(`$${parameters.length}`));
  };
  where(filter.status, (parameter) => `status = ${parameter}`);
  where(filter.exchange, (parameter) => `exchange = ${parameter}`);
  where(filter.interval, (parameter) => `interval_name = ${parameter}`);
  where(filter.tag, (parameter) => `tags @> ARRAY[${parameter}::text]`);
  return { conditions, parameters };
}

/** Opaque to clients. The value is text, since JSON has no word for the infinity that stands for "no figure". */
function encodeCursor(sort: string, value: number, id: string): string {
  return Buffer.from(JSON.stringify([sort, String(value), id])).toString('base64url');
}

function decodeCursor(cursor: string, sort: string): { readonly value: number; readonly id: string } {
  const parts = parseJson(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (!Array.isArray(parts) || parts.length !== 3 || parts[0] !== sort) throw new InvalidCursor();
  const [, value, id] = parts as unknown[];
  if (typeof value !== 'string' || value === '' || Number.isNaN(Number(value))) throw new InvalidCursor();
  if (typeof id !== 'string' || !/^[\w-]{1,64}$/u.test(id)) throw new InvalidCursor();
  return { value: Number(value), id };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidCursor();
  }
}
