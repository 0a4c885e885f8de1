import type { SeriesCoverage } from '#application';
import type { CliContext } from '../context.js';
import type { CommandAction } from '../command-action.js';
import type { Settings } from '../settings/settings.js';
import { EXIT } from '../terminal/exit-codes.js';
import { minute, percent, whole } from '../terminal/figures.js';
import { renderTable } from '../terminal/table.js';

export interface CoverageOptions {
  readonly exchange?: string;
  /** `BASE` or `BASE/QUOTE` */
  readonly symbol?: string;
  readonly interval?: string;
}

/** The row of `GET /v1/candles/coverage`. */
interface CoverageLine {
  readonly exchange: string;
  readonly base: string;
  readonly quote: string;
  readonly interval: string;
  readonly first: string | null;
  readonly last: string | null;
  readonly candles: number;
  readonly gaps: number;
  readonly missing: number;
  readonly zeroVolumeFraction: number;
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
export const runCandlesCoverage: CommandAction<CoverageOptions> = async (context, options) => {
  const { terminal } = context;
  const found = isByApi(context.settings) ? await fromApi(context, options) : await fromDatabase(context, options);
  if (terminal.isJson) terminal.document({ data: found });
  else if (found.length > 0)
    terminal.data(
      renderTable(
        COLUMNS,
        found.map((line) => cells(line, terminal.columns)),
        terminal,
      ),
    );
  if (found.length === 0) terminal.hint(nothingFound(options));
  return EXIT.ok;
};

const nothingFound = ({ exchange, symbol, interval }: CoverageOptions): string =>
  [exchange, symbol, interval].every((filter) => filter === undefined)
    ? 'no candles here yet: rebalancer candles import PATH'
    : 'no stored candles match; all that is stored: rebalancer candles coverage';

/** Where an import went, the coverage is asked; who has no way to the database, or names an API, asks that. */
const isByApi = ({ api, database }: Settings): boolean => database === null || api.from === '--api';

async function fromDatabase({ settings }: CliContext, { exchange, symbol, interval }: CoverageOptions): Promise<readonly CoverageLine[]> {
  const [{ PostgresCandleStore }, { withDatabase }, { storeFailure }] = await Promise.all([
    import('#persistence'),
    import('../database/open-database.js'),
    import('./import-command.js'),
  ]);
  const [base, quote] = symbol?.split('/') ?? [];
  const filter = { exchange, base, quote, interval };
  const found = await withDatabase(settings, (dataSource) => new PostgresCandleStore(dataSource).coverage(filter)).catch(
    (error: unknown) => {
      throw storeFailure(error);
    },
  );
  return found.map(lineOf);
}

async function fromApi(context: CliContext, { exchange, symbol, interval }: CoverageOptions): Promise<readonly CoverageLine[]> {
  const [{ Coverage }, { openApiClient }] = await Promise.all([import('#contracts'), import('../remote/open-api.js')]);
  const [base, quote] = symbol?.split('/') ?? [];
  const { body } = await openApiClient(context).call('/v1/candles/coverage', Coverage, { query: { exchange, base, interval } });
  return body.data.filter((line) => quote === undefined || line.quote === quote);
}

function lineOf(coverage: SeriesCoverage): CoverageLine {
  const { identity, firstOpenMs, lastOpenMs, candleCount, gapCount, missingCount, zeroVolumeCount } = coverage;
  return {
    ...identity,
    first: new Date(firstOpenMs).toISOString(),
    last: new Date(lastOpenMs).toISOString(),
    candles: candleCount,
    gaps: gapCount,
    missing: missingCount,
    zeroVolumeFraction: candleCount === 0 ? 0 : zeroVolumeCount / candleCount,
  };
}

function cells(
  { exchange, base, quote, interval, first, last, candles, gaps, missing, zeroVolumeFraction }: CoverageLine,
  width: number,
): string[] {
  const moment = (instant: string | null): string => minute(instant).slice(0, width >= MINUTES_FROM ? undefined : 10);
  return [
    `${exchange} ${base}/${quote} ${interval}`,
    moment(first),
    moment(last),
    ...[candles, gaps, missing].map(whole),
    percent(zeroVolumeFraction),
  ];
}
