import { CandleFileFailure } from '#application';
import { INTERVAL_MS } from '#domain';
import { listCandleFiles, readCandleColumns, type ReadColumns } from '#candle-files';
import type { Replay, ReplayedMarket } from '#exchange';

/** The record in a folder of candle files, of each market its finest series. @throws CandleFileFailure */
export async function readReplay(folder: string, fromMs: number | null, nowMs: number): Promise<Replay> {
  const finest = new Map<string, ReplayedMarket>();
  for (const file of await listCandleFiles(folder)) {
    const market = replayedMarket(file, await readCandleColumns(file, { nowMs }));
    const known = finest.get(market.marketId);
    if (known === undefined || market.intervalMs < known.intervalMs) finest.set(market.marketId, market);
  }
  const markets = [...finest.values()];
  return { markets, cursorMs: fromMs ?? middleOf(markets) };
}

const LONGEST_MS = INTERVAL_MS['1d'];

function replayedMarket(path: string, { identity, openTimesMs, opens, highs, lows, closes, volumes }: ReadColumns): ReplayedMarket {
  // The record is moved by whole days, which would take a week's candle off its grid.
  if (INTERVAL_MS[identity.interval] > LONGEST_MS) {
    throw new CandleFileFailure('unsupported-format', path, `${path}: candles of ${identity.interval} cannot be replayed; take it out of the folder and give some of 1m to 1d`);
  }
  return {
    marketId: `${identity.base}${identity.quote}`,
    intervalMs: INTERVAL_MS[identity.interval],
    columns: { openTimesMs, opens, highs, lows, closes, volumes },
  };
}

/** Half of the record is the past, half is to come. */
function middleOf(markets: readonly ReplayedMarket[]): number {
  const firstMs = Math.min(...markets.map(({ columns }) => columns.openTimesMs[0] ?? Number.POSITIVE_INFINITY));
  const lastMs = Math.max(...markets.map(({ columns }) => columns.openTimesMs.at(-1) ?? Number.NEGATIVE_INFINITY));
  return Math.floor((firstMs + lastMs) / 2);
}
