import type { BacktestRun } from '#contracts';
import type { CommandAction } from '../command-action.js';
import { openBacktestsApi } from '../remote/open-api.js';
import { EXIT } from '../terminal/exit-codes.js';
import { decimal, minute, percent } from '../terminal/figures.js';
import { renderTable, type Column } from '../terminal/table.js';
import { numberOption } from './number-option.js';

interface ListOptions {
  readonly status?: string;
  readonly exchange?: string;
  readonly interval?: string;
  readonly tag?: string;
  readonly sort?: string;
  readonly limit?: string;
  readonly after?: string;
}

interface ListColumn extends Column {
  readonly of: (run: BacktestRun) => string;
}

const COLUMNS: readonly ListColumn[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'STATUS', of: (run) => (run.status === 'running' ? `${Math.floor(run.progress.fraction * 100)} %` : run.status) },
  { title: 'RUN', isFlexible: true, of: (run) => run.name ?? `${run.exchange} ${run.interval} ${run.assets.join(' ')}` },
  { title: 'RETURN', align: 'right', of: ({ figures }) => percent(figures?.totalReturn ?? null, { signed: true }) },
  { title: 'MAX DD', align: 'right', of: ({ figures }) => percent(figures?.maxDrawdown ?? null) },
];
const WIDE_COLUMNS: readonly ListColumn[] = [
  ...COLUMNS,
  { title: 'SHARPE', align: 'right', of: ({ figures }) => decimal(figures?.sharpe ?? null) },
  { title: 'CREATED', of: ({ createdAt }) => minute(createdAt) },
];
const WIDE_FROM = 110;

export const listBacktests: CommandAction<ListOptions> = async ({ terminal, ...context }, options) => {
  const limit = numberOption('--limit', options.limit, { min: 1, max: 200, isWhole: true });
  const page = await openBacktestsApi({ ...context, terminal }).list({ ...options, limit });
  if (terminal.isJson) {
    terminal.document(page);
    return EXIT.ok;
  }
  if (page.data.length === 0) {
    terminal.say('no runs');
    terminal.hint('next: rebalancer backtest run --assets HANA,TRUTH --exchange MEXC --interval 1m --wait');
    return EXIT.ok;
  }
  const columns = terminal.columns >= WIDE_FROM ? WIDE_COLUMNS : COLUMNS;
  terminal.data(renderTable(columns, page.data.map((run) => columns.map(({ of }) => of(run))), terminal));
  if (page.page.next !== null) terminal.hint(`more: rebalancer backtest ls${repeated(options)} --after ${page.page.next}`);
  return EXIT.ok;
};

/** The same filters again, so that the hint can be pasted as it is. */
function repeated(options: ListOptions): string {
  const { after: _, ...filters } = options;
  return Object.entries(filters).map(([name, value]) => ` --${name} ${value}`).join('');
}
