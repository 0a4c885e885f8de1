import { VenueFailure, type BookTickers, type CandlePage, type CandleRequest, type MarketDataPort, type OrderBook, type VenueClock, type VenueName } from '#application';
import { CandleColumnsBuilder, floorToGrid, INTERVAL_MS, type Candle, type CandleColumns, type CandleInterval, type MarketRules } from '#domain';

export interface MadeVenueOptions {
  readonly venue?: VenueName;
  /** Its clock: what has not closed by then is not served. */
  readonly nowMs: () => number;
  readonly pageRows?: number;
}

/**
 * Market data of a venue in this process that a test can spoil: the candles that it has are those that it was given, page
 * by page; `beforePage` runs before each page, where a test lets things happen or throws what the venue would.
 */
export class MadeVenue implements MarketDataPort {
  readonly venue: VenueName;
  readonly intervals: readonly CandleInterval[] = ['1m', '5m', '1h', '1d'];
  /** Requests for pages so far. */
  pages = 0;
  beforePage: (request: CandleRequest) => void | Promise<void> = () => undefined;
  private readonly candlesOf = new Map<string, Map<number, Candle>>();
  private readonly pageRows: number;

  constructor(private readonly options: MadeVenueOptions) {
    this.venue = options.venue ?? 'MEXC';
    this.pageRows = options.pageRows ?? 500;
  }

  /** A candle of the same time takes the place of the one before. */
  give(marketId: string, candles: Iterable<Candle>): void {
    const known = this.candlesOf.get(marketId) ?? new Map<number, Candle>();
    for (const candle of candles) known.set(candle.openTimeMs, candle);
    this.candlesOf.set(marketId, known);
  }

  takeAway(marketId: string, openTimesMs: Iterable<number>): void {
    for (const openTimeMs of openTimesMs) this.candlesOf.get(marketId)?.delete(openTimeMs);
  }

  /** It no longer knows the market. */
  delist(marketId: string): void {
    this.candlesOf.delete(marketId);
  }

  async markets(): Promise<readonly MarketRules[]> {
    return [];
  }

  async apiMarketIds(): Promise<ReadonlySet<string> | null> {
    return null;
  }

  async serverTime(): Promise<VenueClock> {
    return { serverMs: this.options.nowMs(), roundTripMs: 0, offsetMs: 0 };
  }

  async firstCandleMs(marketId: string): Promise<number | null> {
    await this.beforePage({ marketId, interval: '1m', fromMs: 0, toMs: 0 });
    const times = [...this.known(marketId).keys()];
    return times.length === 0 ? null : times.reduce((first, timeMs) => Math.min(first, timeMs));
  }

  async *candles(request: CandleRequest, signal?: AbortSignal): AsyncGenerator<CandlePage> {
    const intervalMs = INTERVAL_MS[request.interval];
    let fromMs = request.fromMs;
    for (;;) {
      signal?.throwIfAborted();
      const lastMs = Math.min(request.toMs, floorToGrid(this.options.nowMs(), request.interval) - intervalMs);
      if (fromMs > lastMs) return;
      this.pages += 1;
      await this.beforePage({ ...request, fromMs });
      const columns = this.page(request.marketId, fromMs, Math.min(lastMs, fromMs + (this.pageRows - 1) * intervalMs), intervalMs);
      const coveredToMs = Math.min(lastMs, fromMs + (this.pageRows - 1) * intervalMs);
      yield { columns, coveredToMs };
      fromMs = coveredToMs + intervalMs;
    }
  }

  async bookTickers(): Promise<BookTickers> {
    return { tickers: [], exchangeMs: this.options.nowMs(), receivedMs: this.options.nowMs() };
  }

  async orderBook(marketId: string): Promise<OrderBook> {
    return { marketId, bids: [], asks: [], exchangeMs: this.options.nowMs(), receivedMs: this.options.nowMs() };
  }

  private page(marketId: string, fromMs: number, toMs: number, intervalMs: number): CandleColumns {
    const known = this.known(marketId);
    const page = new CandleColumnsBuilder(this.pageRows);
    for (let timeMs = fromMs; timeMs <= toMs; timeMs += intervalMs) {
      const candle = known.get(timeMs);
      if (candle !== undefined) page.push(candle);
    }
    return page.take();
  }

  private known(marketId: string): ReadonlyMap<number, Candle> {
    const known = this.candlesOf.get(marketId);
    if (known === undefined) throw new VenueFailure('unknown-market', `${marketId} is no market of this venue`, { cause: null });
    return known;
  }
}
