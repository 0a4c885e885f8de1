import type { PortfolioHeader } from '#contracts';
import { numberOption } from '../backtest/number-option.js';
import type { CommandAction } from '../command-action.js';
import { openPortfoliosApi } from '../remote/open-api.js';
import { EXIT } from '../terminal/exit-codes.js';
import { renderTable, type Column } from '../terminal/table.js';

const COLUMNS: readonly Column[] = [
  { title: 'NAME' }, { title: 'ID' }, { title: 'MONEY' }, { title: 'STATE' }, { title: 'CAPITAL', align: 'right' }, { title: 'ASSETS', isFlexible: true },
];

interface ListOptions {
  readonly mode?: string;
  readonly state?: string;
  readonly limit?: string;
  readonly after?: string;
}

/** `rebalancer portfolio ls` */
export const listPortfolios: CommandAction<ListOptions> = async (context, { mode, state, limit, after }) => {
  const { terminal } = context;
  const page = await openPortfoliosApi(context).list({ mode, state, after, limit: numberOption('--limit', limit, { min: 1, max: 200, isWhole: true }) });
  if (terminal.isJson) terminal.document(page);
  else if (page.data.length === 0) terminal.say('no portfolios; create one: rebalancer portfolio create --help');
  else terminal.data(renderTable(COLUMNS, page.data.map(rowOf), terminal));
  if (page.page.next !== null) terminal.hint(`more: --after ${page.page.next}`);
  return EXIT.ok;
};

function rowOf({ name, id, money, state, assets, capital, quote }: PortfolioHeader): string[] {
  return [name, id, money === 'real' ? 'REAL MONEY' : money, state, `${capital} ${quote}`, assets.join(' ')];
}
