import type { SeriesCoverage, SeriesFilter } from '#application';
import { describeSeries } from '#domain';
import { PostgresCandleStore } from '#persistence';
import { withDatabase } from '../database/open-database.js';
import type { CommandAction } from '../command-action.js';
import { EXIT } from '../terminal/exit-codes.js';
import { minute, percent, whole } from '../terminal/figures.js';
import { renderTable } from '../terminal/table.js';
import { storeFailure } from './import-command.js';

export interface CoverageOptions {
  readonly exchange?: string;
  /** `BASE` or `BASE/QUOTE` */
  readonly symbol?: string;
  readonly interval?: string;
}

const COLUMNS = [
  { title: 'SERIES' },
  { title: 'FIRST' },
  { title: 'LAST' },
  ...['CANDLES', 'GAPS', 'MISSING', 'NO TRADE'].map((title) => ({ title, align: 'right' as const })),
];
/** Narrower terminals get days instead of minutes. */
const MINUTES_FROM = 100;

/** `rebalancer candles coverage`: what is stored, from a table that every import keeps. */
export const runCandlesCoverage: CommandAction<CoverageOptions> = async ({ terminal, settings }, options) => {
  const found = await withDatabase(settings, (dataSource) => new PostgresCandleStore(dataSource).coverage(filterOf(options))).catch(
    (error: unknown) => {
      throw storeFailure(error);
    },
  );
  if (terminal.isJson) terminal.document({ data: found.map(coverageRow) });
  else if (found.length > 0) terminal.data(renderTable(COLUMNS, found.map((coverage) => cells(coverage, terminal.columns)), terminal));
  if (found.length === 0) terminal.hint('no candles here yet: rebalancer candles import PATH');
  return EXIT.ok;
};

function filterOf({ exchange, symbol, interval }: CoverageOptions): SeriesFilter {
  const [base, quote] = symbol?.split('/') ?? [];
  return { exchange, base, quote, interval };
}

/** The row of `GET /v1/candles/coverage`. */
function coverageRow(coverage: SeriesCoverage): Readonly<Record<string, unknown>> {
  return {
    ...coverage.identity,
    first: new Date(coverage.firstOpenMs).toISOString(),
    last: new Date(coverage.lastOpenMs).toISOString(),
    candles: coverage.candleCount,
    gaps: coverage.gapCount,
    missing: coverage.missingCount,
    zeroVolumeFraction: coverage.zeroVolumeCount / coverage.candleCount,
  };
}

function cells(coverage: SeriesCoverage, width: number): string[] {
  const { identity, firstOpenMs, lastOpenMs, candleCount, gapCount, missingCount, zeroVolumeCount } = coverage;
  const moment = (openMs: number): string => (width >= MINUTES_FROM ? minute(openMs) : minute(openMs).slice(0, 10));
  return [
    describeSeries(identity),
    moment(firstOpenMs),
    moment(lastOpenMs),
    ...[candleCount, gapCount, missingCount].map(whole),
    percent(zeroVolumeCount / candleCount),
  ];
}
