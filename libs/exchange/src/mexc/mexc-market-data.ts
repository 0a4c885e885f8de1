import {
  VenueFailure,
  type BookTickers,
  type CandlePage,
  type CandleRequest,
  type MarketDataPort,
  type OrderBook,
  type VenueClock,
  type VenueName,
} from '#application';
import type { CandleInterval, MarketRules } from '#domain';
import { readApiMarketIds } from './api-market-ids.js';
import { CandleHistory, MEXC_INTERVALS } from './candle-history.js';
import type { AnswerTiming } from './mexc-answer.js';
import type { MexcOptions } from './mexc-options.js';
import { MexcReader } from './mexc-reader.js';
import { parseMarkets, type ReadMarkets } from './parse-markets.js';
import { parseBookTickers, parseOrderBook, type ReadTickers } from './quotes.js';

const MAX_DEPTH = 5_000;
const MAX_LOGGED_REASONS = 20;

interface TimedTickers extends ReadTickers {
  readonly timing: AnswerTiming;
}

/** Public data of MEXC, or of a simulator that speaks its dialect. Needs no key, and uses none. */
export class MexcMarketData implements MarketDataPort {
  readonly venue: VenueName;
  readonly intervals = MEXC_INTERVALS;
  readonly #reader: MexcReader;
  readonly #history: CandleHistory;
  #refusedQuotes = 0;

  /** @throws VenueFailure `wrong-host` for an origin that the venue cannot have */
  constructor(options: MexcOptions) {
    this.venue = options.venue;
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
    const { clock } = this.#reader;
    await clock.keepFresh();
    const { tickers, refusedCount, timing } = await this.#readTickers(new Set(marketIds));
    this.#noteRefusedQuotes(refusedCount);
    return { tickers, exchangeMs: clock.estimateMs(timing.receivedMonotonicMs), receivedMs: timing.receivedMs };
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
  async #readTickers(wanted: ReadonlySet<string>): Promise<TimedTickers> {
    const [only] = wanted.size === 1 ? wanted : [];
    try {
      return await this.#reader.read({
        endpoint: 'bookTicker',
        ...(only === undefined ? {} : { parameters: { symbol: only } }),
        about: only === undefined ? 'all quotes' : `quotes of ${only}`,
        parse: (json, timing): TimedTickers => ({ ...parseBookTickers(json, wanted), timing }),
      });
    } catch (error) {
      if (only !== undefined && error instanceof VenueFailure && error.kind === 'unknown-market') return this.#readTickers(new Set());
      throw error;
    }
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
