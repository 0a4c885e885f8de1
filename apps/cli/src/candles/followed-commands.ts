import type { FollowedSeriesRow } from '#contracts';
import type { CommandAction } from '../command-action.js';
import { openExchangeApi } from '../remote/open-api.js';
import { failure } from '../terminal/cli-failure.js';
import { EXIT } from '../terminal/exit-codes.js';
import { minute } from '../terminal/figures.js';
import { renderTable, type Column } from '../terminal/table.js';
import { seriesName } from './fetch-progress.js';

const COLUMNS: readonly Column[] = [{ title: 'SERIES' }, { title: 'FOLLOWED SINCE' }, { title: 'NEXT CANDLE' }, { title: 'STATE', isFlexible: true }];

export const listFollowed: CommandAction<object> = async (context) => {
  const { terminal } = context;
  const { data } = await openExchangeApi(context).followed();
  if (terminal.isJson) terminal.document({ data });
  else if (data.length > 0) terminal.data(renderTable(COLUMNS, data.map(rowOf), terminal));
  if (data.length === 0) terminal.hint('nothing is followed; without --to, a fetch is: rebalancer candles fetch --assets HANA --interval 1h --from 90d');
  return EXIT.ok;
};

const rowOf = (series: FollowedSeriesRow): string[] => [seriesName(series), minute(series.followed), series.next === null ? '' : minute(series.next), stateOf(series)];

function stateOf({ isListed, isBackfilling }: FollowedSeriesRow): string {
  if (!isListed) return 'no longer listed: asked hourly';
  return isBackfilling ? 'a backfill is at it' : 'follows';
}

export interface StopOptions {
  /** `BASE/QUOTE` */
  readonly symbol?: string;
  readonly interval?: string;
}

export const stopFollowing: CommandAction<StopOptions> = async (context, { symbol, interval }) => {
  const [base = '', quote = '', ...rest] = symbol?.toUpperCase().split('/') ?? [];
  if (base === '' || quote === '' || rest.length > 0 || interval === undefined) throw unnamed();
  const api = openExchangeApi(context);
  const { data } = await api.followed();
  const series = data.find((one) => one.base === base && one.quote === quote && one.interval === interval);
  if (series === undefined) throw notFollowed(`${base}/${quote} ${interval}`);
  await api.stopFollowing(series);
  if (context.terminal.isJson) context.terminal.document({ stopped: series });
  else context.terminal.data(`${seriesName(series)} is no longer followed; its candles stay`);
  return EXIT.ok;
};

function unnamed(): Error {
  const detail = 'name the series by --symbol BASE/QUOTE and --interval';
  return failure('usage', { code: 'missing-option', title: 'No series named', detail, remedy: 'rebalancer candles followed stop --symbol HANA/USDT --interval 1h' });
}

function notFollowed(series: string): Error {
  return failure('notFound', { code: 'series-not-followed', title: 'Nothing to stop', detail: `${series} is not followed`, remedy: 'rebalancer candles followed' });
}
