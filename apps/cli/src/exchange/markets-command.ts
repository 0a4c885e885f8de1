import type { ExchangeMarket } from '#contracts';
import type { CommandAction } from '../command-action.js';
import { openExchangeApi } from '../remote/open-api.js';
import { percent } from '../terminal/figures.js';
import { renderTable, type Column } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';
import { filterOf, type MarketsOptions } from './asset-list.js';
import { exitCodeOfMarkets, noSuchMarket } from './unknown-markets.js';

const COLUMNS: readonly Column[] = [
  { title: 'MARKET' }, { title: 'TRADABLE' },
  ...['STEP', 'TICK', 'MIN QTY', 'MIN VALUE', 'MAX VALUE', 'FEE'].map((title) => ({ title, align: 'right' as const })),
];

/** `rebalancer exchange markets`: rules, and why a market cannot be traded. */
export const showMarkets: CommandAction<MarketsOptions> = async (context, options) => {
  const { data } = await openExchangeApi(context).markets(filterOf(options));
  if (context.terminal.isJson) context.terminal.document({ data });
  else print(data, context.terminal);
  return exitCodeOfMarkets(data);
};

function print(markets: readonly ExchangeMarket[], terminal: Terminal): void {
  terminal.data(renderTable(COLUMNS, markets.map(rowOf), terminal));
  for (const market of markets) {
    if (!market.isTradable) terminal.warn(whyNot(market));
  }
}

function rowOf(market: ExchangeMarket): string[] {
  const { asset, quote, quantityStep, priceTick, minQuantity, minNotional, maxMarketNotional, takerFee } = market;
  const fee = takerFee === null ? null : percent(Number(takerFee), { digits: 3 });
  return [`${asset}/${quote}`, market.isTradable ? 'yes' : 'no', ...[quantityStep, priceTick, minQuantity, minNotional, maxMarketNotional, fee].map((text) => text ?? '-')];
}

function whyNot(market: ExchangeMarket): string {
  const { asset, quote, marketId, isListed, detail } = market;
  if (marketId === null) return `${asset}/${quote}: ${noSuchMarket(market)}`;
  return `${asset}/${quote}: ${detail ?? (isListed ? 'not tradable over the API' : 'no longer listed')}`;
}
