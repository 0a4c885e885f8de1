import type { BookTickers, CandlePage, CandleRequest, Clock, MarketDataPort, OrderBook, VenueClock } from '#application';
import { SERVED_INTERVALS, VenueFailure } from '#application';
import { CandleColumnsBuilder, gridAnchorMs, INTERVAL_MS, readDecimal, type CandleInterval, type MarketRules } from '#domain';
import type { SimulatedCandle, SimulatedVenue } from './venue-types.js';

const PAGE_ROWS = 1_000;

/** Public data of a venue in the same process: what its clock says is what ours says. */
export class SimulatedMarketData implements MarketDataPort {
  readonly venue = 'SIMULATOR';
  readonly intervals = SERVED_INTERVALS.SIMULATOR;

  constructor(
    private readonly simulated: SimulatedVenue,
    private readonly clock: Clock,
  ) {}

  async markets(): Promise<readonly MarketRules[]> {
    return this.simulated.markets().map(({ rules }) => rules);
  }

  async apiMarketIds(): Promise<ReadonlySet<string> | null> {
    return openToApi(this.simulated);
  }

  async serverTime(): Promise<VenueClock> {
    return { serverMs: this.clock.nowMs(), roundTripMs: 0, offsetMs: 0 };
  }

  async firstCandleMs(marketId: string, interval: CandleInterval): Promise<number | null> {
    const nowMs = this.clock.nowMs();
    const first = this.rows({ marketId, interval, fromMs: 0, toMs: nowMs }, 1, nowMs)[0];
    return first === undefined || first.openMs + INTERVAL_MS[interval] > nowMs ? null : first.openMs;
  }

  async *candles(request: CandleRequest, signal?: AbortSignal): AsyncGenerator<CandlePage> {
    const stepMs = INTERVAL_MS[request.interval];
    let fromMs = alignUp(request.fromMs, request.interval);
    for (;;) {
      signal?.throwIfAborted();
      const nowMs = this.clock.nowMs();
      const lastMs = Math.min(request.toMs, alignUp(nowMs + 1, request.interval) - 2 * stepMs);
      if (fromMs > lastMs) return;
      const rows = this.rows({ ...request, fromMs, toMs: lastMs }, PAGE_ROWS, nowMs);
      const coveredToMs = rows.length < PAGE_ROWS ? alignUp(lastMs - stepMs + 1, request.interval) : rows.at(-1)!.openMs;
      yield { columns: toColumns(rows), coveredToMs };
      fromMs = coveredToMs + stepMs;
    }
  }

  async bookTickers(marketIds: readonly string[]): Promise<BookTickers> {
    const nowMs = this.clock.nowMs();
    const tickers = [...new Set(marketIds)].flatMap((marketId) => this.simulated.bestQuotes(marketId, nowMs) ?? []);
    return { tickers, exchangeMs: nowMs, receivedMs: nowMs };
  }

  async orderBook(marketId: string, depth: number): Promise<OrderBook> {
    const nowMs = this.clock.nowMs();
    const book = this.simulated.orderBook(marketId, depth, nowMs);
    if (book === null) throw unknownMarket(marketId);
    const inLevels = (side: typeof book.bids) => side.map(([price, quantity]) => ({ price, quantity }));
    return { marketId, bids: inLevels(book.bids), asks: inLevels(book.asks), exchangeMs: nowMs, receivedMs: nowMs };
  }

  private rows({ marketId, interval, fromMs, toMs }: CandleRequest, limit: number, nowMs: number): readonly SimulatedCandle[] {
    if (!this.intervals.includes(interval)) {
      throw new VenueFailure('refused', `no candles of ${interval}: choose one of ${this.intervals.join(' ')}`, { cause: null });
    }
    const rows = this.simulated.candles(marketId, INTERVAL_MS[interval], fromMs, toMs, limit, nowMs);
    if (rows === null) throw unknownMarket(marketId);
    return rows;
  }
}

export function unknownMarket(marketId: string): VenueFailure {
  return new VenueFailure('unknown-market', `${marketId} is no market of this venue`, { cause: null, code: '-1121' });
}

export function openToApi(venue: SimulatedVenue): ReadonlySet<string> {
  const open = venue.markets().filter(({ rules }) => rules.isApiTradingAllowed && rules.status === 'online');
  return new Set(open.map(({ rules }) => rules.marketId));
}

function alignUp(timeMs: number, interval: CandleInterval): number {
  const [anchorMs, stepMs] = [gridAnchorMs(interval), INTERVAL_MS[interval]];
  return anchorMs + Math.ceil((timeMs - anchorMs) / stepMs) * stepMs;
}

function toColumns(rows: readonly SimulatedCandle[]): CandlePage['columns'] {
  const builder = new CandleColumnsBuilder(Math.max(1, rows.length));
  for (const { openMs, open, high, low, close, volume } of rows) {
    builder.push({
      openTimeMs: openMs,
      open: readDecimal(open),
      high: readDecimal(high),
      low: readDecimal(low),
      close: readDecimal(close),
      volume: readDecimal(volume),
    });
  }
  return builder.take();
}
