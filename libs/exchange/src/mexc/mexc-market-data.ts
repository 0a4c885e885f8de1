import {
  VenueFailure,
  type BookTickers,
  type CandlePage,
  type CandleRequest,
  type Clock,
  type MarketDataPort,
  type OrderBook,
  type VenueClock,
  type VenueName,
} from '#application';
import type { CandleInterval, MarketRules } from '#domain';
import { readApiMarketIds } from './api-market-ids.js';
import { CandleHistory, MEXC_INTERVALS } from './candle-history.js';
import type { MexcOptions } from './mexc-options.js';
import { MexcReader } from './mexc-reader.js';
import { parseMarkets, type ReadMarkets } from './parse-markets.js';
import { parseBookTickers, parseOrderBook } from './quotes.js';

const MAX_DEPTH = 5_000;
const MAX_LOGGED_REASONS = 20;

/** Public data of MEXC, or of a simulator that speaks its dialect. Needs no key, and uses none. */
export class MexcMarketData implements MarketDataPort {
  readonly venue: VenueName;
  readonly intervals = MEXC_INTERVALS;
  readonly #clock: Clock;
  readonly #reader: MexcReader;
  readonly #history: CandleHistory;
  #refusedQuotes = 0;

  /** @throws VenueFailure `wrong-host` for an origin that the venue cannot have */
  constructor(options: MexcOptions) {
    this.venue = options.venue;
    this.#clock = options.clock;
    this.#reader = new MexcReader({ ...options, credentials: undefined });
    this.#history = new CandleHistory(this.#reader);
  }

  async markets(): Promise<readonly MarketRules[]> {
    const read = await this.#reader.read({ endpoint: 'exchangeInfo', about: 'the markets', parse: parseMarkets });
    this.#noteRefusedMarkets(read);
    return read.markets;
  }

  apiMarketIds(): Promise<ReadonlySet<string> | null> {
    return readApiMarketIds(this.#reader, 'defaultSymbols');
  }

  serverTime(): Promise<VenueClock> {
    return this.#reader.clock.read();
  }

  firstCandleMs(marketId: string, interval: CandleInterval): Promise<number | null> {
    return this.#history.firstOpenMs(marketId, interval);
  }

  candles(request: CandleRequest, signal?: AbortSignal): AsyncIterable<CandlePage> {
    return this.#history.pages(request, signal);
  }

  async bookTickers(marketIds: readonly string[]): Promise<BookTickers> {
    await this.#reader.clock.keepFresh();
    const wanted = new Set(marketIds);
    if (wanted.size === 0) return this.#noTickers();
    try {
      return await this.#readTickers(wanted);
    } catch (error) {
      // Only a question about one market can be about an unknown one.
      if (error instanceof VenueFailure && error.kind === 'unknown-market') return this.#noTickers();
      throw error;
    }
  }

  async orderBook(marketId: string, depth: number): Promise<OrderBook> {
    const { clock } = this.#reader;
    await clock.keepFresh();
    return this.#reader.read({
      endpoint: 'depth',
      parameters: { symbol: marketId, limit: Math.min(Math.max(1, Math.trunc(depth)), MAX_DEPTH) },
      about: `the order book of ${marketId}`,
      parse: (json, { receivedMonotonicMs, receivedMs }) => {
        const { bids, asks, venueMs } = parseOrderBook(json, depth);
        return { marketId, bids, asks, exchangeMs: venueMs ?? clock.estimateMs(receivedMonotonicMs), receivedMs };
      },
    });
  }

  /** One market by itself; for more, all of them in one answer cost less than two. */
  async #readTickers(wanted: ReadonlySet<string>): Promise<BookTickers> {
    const [only] = wanted.size === 1 ? wanted : [];
    const read = await this.#reader.read({
      endpoint: 'bookTicker',
      about: only === undefined ? 'all quotes' : `quotes of ${only}`,
      ...(only === undefined ? {} : { parameters: { symbol: only } }),
      parse: (json, { receivedMonotonicMs, receivedMs }) => ({ ...parseBookTickers(json, wanted), receivedMonotonicMs, receivedMs }),
    });
    this.#noteRefusedQuotes(read.refusedCount);
    return { tickers: read.tickers, exchangeMs: this.#reader.clock.estimateMs(read.receivedMonotonicMs), receivedMs: read.receivedMs };
  }

  #noTickers(): BookTickers {
    return { tickers: [], exchangeMs: this.#reader.clock.estimateMs(), receivedMs: this.#clock.nowMs() };
  }

  #noteRefusedMarkets({ refused }: ReadMarkets): void {
    if (refused.length === 0) return;
    const { log, redact } = this.#reader.client;
    const reasons = refused.slice(0, MAX_LOGGED_REASONS).map(redact);
    log.warn({ event: 'markets-left-out', count: refused.length, reasons }, 'Left out markets that the venue describes in an unknown way');
  }

  /** Quotes come every second: only a change is worth a line. */
  #noteRefusedQuotes(count: number): void {
    if (count === this.#refusedQuotes) return;
    this.#refusedQuotes = count;
    this.#reader.client.log.warn({ event: 'quotes-left-out', count }, 'Left out quotes that are not numbers');
  }
}
