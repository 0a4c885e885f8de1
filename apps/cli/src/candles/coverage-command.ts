import type { SeriesCoverage, SeriesFilter } from '#application';
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
  { title: 'exchange' },
  { title: 'symbol' },
  { title: 'interval' },
  { title: 'first' },
  { title: 'last' },
  ...['candles', 'gaps', 'missing', 'no trade'].map((title) => ({ title, align: 'right' as const })),
];

/** `rebalancer candles coverage`: what is stored, from a table that every import keeps. */
export const runCandlesCoverage: CommandAction<CoverageOptions> = async ({ terminal, settings }, options) => {
  const found = await withDatabase(settings, (dataSource) => new PostgresCandleStore(dataSource).coverage(filterOf(options))).catch(
    (error: unknown) => {
      throw storeFailure(error);
    },
  );
  if (terminal.isJson) terminal.document({ data: found.map(coverageRow) });
  else terminal.data(renderTable(COLUMNS, found.map(cells), terminal));
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

function cells(coverage: SeriesCoverage): string[] {
  const { identity, firstOpenMs, lastOpenMs, candleCount, gapCount, missingCount, zeroVolumeCount } = coverage;
  return [
    identity.exchange,
    `${identity.base}/${identity.quote}`,
    identity.interval,
    minute(firstOpenMs),
    minute(lastOpenMs),
    ...[candleCount, gapCount, missingCount].map(whole),
    percent(zeroVolumeCount / candleCount),
  ];
}
