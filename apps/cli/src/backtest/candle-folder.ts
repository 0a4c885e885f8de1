import { CandleFileFailure, type RefusedRow } from '#application';
import type { CandleColumns } from '#backtest';
import { findSeriesFile, identityFromFileName, listCandleFiles, readCandleColumns } from '#candle-files';
import { CANDLE_FAULTS, type CandleInterval, type SeriesIdentity } from '#domain';
import { basename } from 'node:path';
import { failure, type CliFailure, type CliFault } from '../terminal/cli-failure.js';
import { closestName } from '../terminal/closest-name.js';
import { minute } from '../terminal/figures.js';

export interface FolderRequest {
  readonly exchange: string;
  readonly quote: string;
  readonly interval: CandleInterval;
  readonly assets: readonly string[];
  /** First and last open time, both included. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** The candles of every asset within the period, in listed order. Throws a CliFailure that names asset, file and line. */
export async function loadFolder(folder: string, request: FolderRequest): Promise<readonly CandleColumns[]> {
  try {
    await refuseUnknownAssets(folder, request);
    const columns: CandleColumns[] = [];
    for (const asset of request.assets) columns.push(await readAsset(folder, asset, request));
    return columns.map((series, index) => withinPeriod(series, index, request));
  } catch (error) {
    throw error instanceof CandleFileFailure ? refusalOf(error) : error;
  }
}

async function refuseUnknownAssets(folder: string, { assets, exchange, quote, interval }: FolderRequest): Promise<void> {
  const series = (await listCandleFiles(folder)).flatMap((path) => identityFromFileName(basename(path)) ?? []);
  const known = series
    .filter((one) => one.exchange === exchange && one.quote === quote && one.interval === interval)
    .map(({ base }) => base);
  const errors = assets.flatMap((asset, index): CliFault[] => {
    if (known.includes(asset)) return [];
    const closest = closestName(asset, known);
    const instead = known.length === 0 ? elsewhere(series) : `there are ${listed(known)}`;
    return [
      {
        pointer: `/assets/${index}`,
        code: 'unknown-asset',
        detail: `no candles of ${asset}/${quote} at ${exchange} ${interval}${closest ? `; did you mean ${closest}?` : `; ${instead}`}`,
      },
    ];
  });
  if (errors.length > 0) throw impossible(`${folder} lacks candles of ${errors.length} of ${assets.length} assets`, errors);
}

/** Exchange, quote or interval is wrong: then the assets are not what to name. */
function elsewhere(series: readonly SeriesIdentity[]): string {
  const kinds = new Set(series.map(({ exchange, quote, interval }) => `${exchange} ${interval} in ${quote}`));
  return kinds.size === 0 ? 'the folder has no files named EXCHANGE_BASE_QUOTE_INTERVAL.csv' : `the folder has ${listed([...kinds])}`;
}

async function readAsset(folder: string, asset: string, { exchange, quote, interval }: FolderRequest): Promise<CandleColumns> {
  const path = await findSeriesFile(folder, { exchange, base: asset, quote, interval });
  // No clock here: what a file says is what is simulated, today and in a year.
  const { openTimesMs, opens, closes, tally } = await readCandleColumns(path, { nowMs: Infinity });
  const [first] = tally.firstRefused;
  // An import leaves bad rows out and says so; a simulation over what is left would be another market.
  if (first)
    throw impossible(
      `${path} has ${tally.refusedCount} bad ${tally.refusedCount === 1 ? 'row' : 'rows'} of ${tally.rowCount}`,
      tally.firstRefused.slice(0, 5).map(faultOfRow),
    );
  return { asset, openTimesMs, open: opens, close: closes };
}

const faultOfRow = ({ line, reason, field }: RefusedRow): CliFault => ({
  pointer: `line ${line}`,
  code: reason,
  detail: field === null ? CANDLE_FAULTS[reason] : `${field}: ${CANDLE_FAULTS[reason]}`,
});

function withinPeriod(series: CandleColumns, index: number, { fromMs, toMs }: FolderRequest): CandleColumns {
  const { asset, openTimesMs } = series;
  const start = fromMs === null ? 0 : firstAtOrAfter(openTimesMs, fromMs);
  const end = toMs === null ? openTimesMs.length : firstAtOrAfter(openTimesMs, toMs + 1);
  if (end <= start) {
    const detail = `${asset} has no candles in the period; it has them from ${minute(openTimesMs[0] ?? null)} to ${minute(openTimesMs.at(-1) ?? null)} UTC`;
    throw impossible('the period lies outside of the candles', [{ pointer: `/assets/${index}`, code: 'outside-coverage', detail }]);
  }
  return {
    asset,
    openTimesMs: openTimesMs.subarray(start, end),
    open: series.open.subarray(start, end),
    close: series.close.subarray(start, end),
  };
}

function firstAtOrAfter(times: Float64Array, ms: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The code and status that the API gives to the same. */
export function impossible(detail: string, errors?: readonly CliFault[]): CliFailure {
  return failure('invalid', { code: 'backtest-impossible', title: 'No backtest can come of this', detail, errors });
}

function refusalOf(error: CandleFileFailure): CliFailure {
  const kind = error.kind === 'not-found' || error.kind === 'no-files' ? 'notFound' : 'invalid';
  return failure(kind, { code: `candle-file-${error.kind}`, title: 'Candle files cannot be read', detail: error.message, cause: error });
}

function listed(names: readonly string[]): string {
  return names.length > 20 ? `${names.slice(0, 20).join(', ')} and ${names.length - 20} more` : names.join(', ');
}
