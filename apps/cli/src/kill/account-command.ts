import type { Account } from '#contracts';
import { numberOption } from '../backtest/number-option.js';
import type { CommandAction } from '../command-action.js';
import { openPortfoliosApi } from '../remote/open-api.js';
import { EXIT } from '../terminal/exit-codes.js';
import { minute } from '../terminal/figures.js';
import { renderTable, type Column } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';
import { moneyInWords } from '../portfolio/portfolio-report.js';

const BALANCES: readonly Column[] = [{ title: 'ASSET' }, { title: 'QUANTITY', align: 'right' }, { title: 'UNASSIGNED', align: 'right' }, { title: 'PORTFOLIOS', align: 'right' }];

/** `rebalancer account ls`: live accounts first; paper ones have one portfolio each. */
export const listAccounts: CommandAction<{ readonly limit?: string; readonly after?: string }> = async (context, { limit, after }) => {
  const { terminal } = context;
  const accounts = await openPortfoliosApi(context).accounts({ after, limit: numberOption('--limit', limit, { min: 1, max: 200, isWhole: true }) });
  if (terminal.isJson) terminal.document(accounts);
  else if (accounts.data.length === 0) terminal.say('no accounts yet: a live one appears when an executor with its key starts, a paper one with its portfolio');
  else terminal.data(accounts.data.map((account) => inWords(account, terminal)).join('\n\n'));
  if (accounts.page.next !== null) terminal.hint(`more: --after ${accounts.page.next}`);
  return EXIT.ok;
};

function inWords(account: Account, terminal: Terminal): string {
  const { id, keyFingerprint, reconciledAt, mismatchSince, haltReason, isExecutorThere, balances } = account;
  const lines = [`${terminal.colors.bold(id)}  ${moneyInWords(account)}${keyFingerprint === null ? '' : `  key ${keyFingerprint}`}`, `books      ${reconciledAt === null ? 'never found equal' : `equal at ${minute(reconciledAt)} UTC`}`];
  if (mismatchSince !== null) lines.push(terminal.colors.yellow(`           differ since ${minute(mismatchSince)} UTC`));
  if (haltReason !== null) lines.push(terminal.colors.red(`halted     ${haltReason}`));
  if (isExecutorThere === false) lines.push(terminal.colors.yellow('executor   none with its key was there within a minute'));
  const rows = balances.map(({ asset, quantity, unassigned, portfolios }) => [asset, quantity, unassigned, String(portfolios.length)]);
  return [...lines, ...(rows.length > 0 ? [renderTable(BALANCES, rows, terminal)] : [])].join('\n');
}

/** `rebalancer account clear-halt` */
export const clearHalt: CommandAction<object> = async (context, _options, [id = '']) => {
  await openPortfoliosApi(context).clearHalt(id);
  if (context.terminal.isJson) context.terminal.document({ cleared: id });
  context.terminal.say(`${id} is no longer halted`);
  return EXIT.ok;
};
