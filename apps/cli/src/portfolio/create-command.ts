import { randomUUID } from 'node:crypto';
import type { Portfolio } from '#contracts';
import type { CommandAction } from '../command-action.js';
import { openPortfoliosApi } from '../remote/open-api.js';
import { EXIT } from '../terminal/exit-codes.js';
import { assetsOf } from './name-value.js';
import { moneyInWords, portfolioInWords } from './portfolio-report.js';
import { settingsOf, type SettingsOptions } from './settings-options.js';

interface CreateOptions extends SettingsOptions {
  readonly assets: string;
  readonly capital: string;
  readonly live?: boolean;
  readonly quote?: string;
  readonly start?: boolean;
}

/** `rebalancer portfolio create`: one act of two where real money is concerned. */
export const createPortfolio: CommandAction<CreateOptions> = async (context, options, [name = '']) => {
  const { terminal } = context;
  const api = openPortfoliosApi(context);
  const { assets, capital, live = false, quote, start = false } = options;
  const request = { name, mode: live ? ('live' as const) : ('paper' as const), assets: assetsOf(assets), quote: quote?.toUpperCase(), capital, ...settingsOf(options) };
  const created = await api.create(request, randomUUID());
  const portfolio = start && created.money !== 'real' ? await api.start(created.id, {}) : created;
  if (terminal.isJson) terminal.document(portfolio);
  else terminal.data(portfolioInWords(portfolio, terminal, context.nowMs()));
  for (const { detail } of portfolio.notices) terminal.warn(detail);
  terminal.hint(nextStep(portfolio, start));
  return EXIT.ok;
};

function nextStep(portfolio: Portfolio, wantedStart: boolean): string {
  const { name, capital, state } = portfolio;
  const quoted = /^[\w.-]+$/.test(name) ? name : `'${name}'`;
  if (state !== 'created') return `next: rebalancer portfolio show ${quoted} --watch`;
  if (portfolio.money !== 'real') return `next: rebalancer portfolio start ${quoted}`;
  return `${wantedStart ? 'not started: ' : ''}${moneyInWords(portfolio)}; next: rebalancer portfolio start ${quoted} --confirm '${name}=${capital}'`;
}
