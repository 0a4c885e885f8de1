import type { Price } from '#contracts';
import type { CommandAction } from '../command-action.js';
import { openExchangeApi } from '../remote/open-api.js';
import { duration } from '../terminal/figures.js';
import { renderTable, type Column } from '../terminal/table.js';
import { filterOf, type MarketsOptions } from './asset-list.js';
import { exitCodeOfMarkets, noSuchMarket } from './unknown-markets.js';

const right = 'right' as const;
const COLUMNS: readonly Column[] = [
  { title: 'MARKET' }, { title: 'BID', align: right }, { title: 'ASK', align: right }, { title: 'MID', align: right }, { title: 'AGE', align: right }, { title: 'STATE' },
];

const FLAGS: Readonly<Record<NonNullable<Price['flag']>, string>> = {
  stale: 'stale: too old to act upon',
  frozen: 'frozen: answers come, the quote does not change',
  spiking: 'spiking: too far from the last one, not confirmed yet',
  invalid: 'invalid: zero, crossed or no number',
  future: 'future: dated ahead of the exchange',
  missing: 'missing: none of its candles are followed, or the exchange has none',
};

/** `rebalancer prices`: the latest quotes, each with its age by the API's clock. */
export const showPrices: CommandAction<MarketsOptions> = async (context, options) => {
  const { terminal } = context;
  const prices = await openExchangeApi(context).prices(filterOf(options));
  if (terminal.isJson) terminal.document(prices);
  else terminal.data(renderTable(COLUMNS, prices.data.map(rowOf), terminal));
  for (const price of prices.data) {
    if (price.marketId === null) terminal.warn(`${price.asset}/${price.quote}: ${noSuchMarket(price)}`);
  }
  if (prices.venue === 'SIMULATOR') terminal.say('made prices of the simulator');
  return exitCodeOfMarkets(prices.data);
};

function rowOf({ asset, quote, marketId, bid, ask, mid, ageMs, flag }: Price): string[] {
  const figures = [bid, ask, mid].map((value) => (value === null ? '-' : plain(value)));
  const state = marketId === null ? 'no such market' : flag === null ? 'fresh' : FLAGS[flag];
  return [`${asset}/${quote}`, ...figures, ageMs === null ? '-' : duration(ageMs), state];
}

/** Eight digits that count, never an exponent: prices of these assets go down to 1e-9. */
function plain(value: number): string {
  if (value === 0) return '0';
  const decimals = Math.min(20, Math.max(0, 7 - Math.floor(Math.log10(Math.abs(value)))));
  return value.toFixed(decimals).replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
}
