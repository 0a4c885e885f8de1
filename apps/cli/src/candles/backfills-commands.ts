import type { CandleBackfill } from '#contracts';
import { numberOption } from '../backtest/number-option.js';
import type { CommandAction } from '../command-action.js';
import { openExchangeApi } from '../remote/open-api.js';
import { failure } from '../terminal/cli-failure.js';
import { EXIT } from '../terminal/exit-codes.js';
import { percent } from '../terminal/figures.js';
import { renderTable, type Column } from '../terminal/table.js';
import { seriesName } from './fetch-progress.js';
import { printBackfills } from './fetch-report.js';
import { hasEnded } from './follow-backfills.js';

const COLUMNS: readonly Column[] = [
  { title: 'ID' }, { title: 'SERIES' }, { title: 'STATUS' }, { title: 'DONE', align: 'right' }, { title: 'WHAT IT WAITS FOR', isFlexible: true },
];

export const listBackfills: CommandAction<{ readonly status?: string; readonly limit?: string }> = async (context, { status, limit }) => {
  const { terminal } = context;
  const asked = { status, limit: numberOption('--limit', limit, { min: 1, max: 200, isWhole: true }) };
  const { data } = await openExchangeApi(context).backfills(asked);
  if (terminal.isJson) terminal.document({ data });
  else if (data.length > 0) terminal.data(renderTable(COLUMNS, data.map(rowOf), terminal));
  if (data.length === 0) terminal.hint('nothing was fetched yet: rebalancer candles fetch --assets HANA,AIA --interval 1h --from 90d');
  return EXIT.ok;
};

const rowOf = (backfill: CandleBackfill): string[] => [
  backfill.id, seriesName(backfill), backfill.status, percent(backfill.progressFraction, { digits: 0 }), backfill.problem?.detail ?? '',
];

export const showBackfill: CommandAction<object> = async (context, _options, [id = '']) => {
  const backfill = await openExchangeApi(context).backfill(id);
  if (context.terminal.isJson) context.terminal.document(backfill);
  else printBackfills([backfill], context.terminal);
  return EXIT.ok;
};

export const cancelBackfill: CommandAction<object> = async (context, _options, [id = '']) => {
  const backfill = await openExchangeApi(context).cancelBackfill(id);
  if (hasEnded(backfill) && backfill.status !== 'canceled') {
    const detail = `${id} has ended as ${backfill.status} already`;
    throw failure('conflict', { code: 'backfill-has-ended', title: 'Nothing to cancel', detail, remedy: `rebalancer candles backfills show ${id}` });
  }
  if (context.terminal.isJson) context.terminal.document(backfill);
  else context.terminal.data(`${id} canceled; what was fetched stays`);
  return EXIT.ok;
};
