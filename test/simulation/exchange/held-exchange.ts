import { UNLIMITED_BUDGET, type Timer } from '#application';
import { CandleColumnsBuilder, type MarketRules } from '#domain';
import { createMexcMarketData, createMexcTrading, usualRules, type HttpSend, type MexcOptions } from '#exchange';
import { VENUE_NOW_MS } from '#testing';
import { NO_FAULTS, type LinkOdds, type Random } from './draw-fate.js';
import { openFaultyLink, type SentPost } from './faulty-link.js';
import { openSimulatedExchange, type ExchangeOptions, type RecordedMarket } from './simulated-exchange.js';

const MINUTE_MS = 60_000;
export const ACCOUNT = { id: 'account-1', key: 'key-of-account-1', secret: 'secret-of-account-1' };

interface Event {
  readonly atMs: number;
  readonly seq: number;
  readonly work: () => void;
}

/** A clock that stands until it is run, and then goes from event to event. */
export class VirtualTime {
  private events: Event[] = [];
  private seq = 0;

  constructor(private time = VENUE_NOW_MS) {}

  readonly nowMs = (): number => this.time;
  readonly at = (delayMs: number, work: () => void): void => {
    this.seq += 1;
    this.events.push({ atMs: this.time + delayMs, seq: this.seq, work });
  };
  readonly timer: Timer = {
    every: () => () => undefined,
    pause: (delayMs) => new Promise((resolve) => this.at(delayMs, resolve)),
  };

  get waiting(): number {
    return this.events.length;
  }

  /** Runs until `work` has ended; fails where nothing more would happen. */
  async until<T>(work: Promise<T>): Promise<T> {
    const course = { isOver: false };
    const ended = work.finally(() => (course.isOver = true));
    ended.catch(() => undefined);
    for (await settled(); !course.isOver; await settled()) if (!this.next()) throw new Error('nothing is left that could happen, and the work has not ended');
    return ended;
  }

  async pass(durationMs: number): Promise<void> {
    const course = { isOver: false };
    this.at(durationMs, () => (course.isOver = true));
    for (; !course.isOver; await settled()) this.next();
  }

  private next(): boolean {
    const first = this.events.reduce<Event | null>((least, event) => (least === null || isBefore(event, least) ? event : least), null);
    if (first === null) return false;
    this.events = this.events.filter((event) => event !== first);
    this.time = Math.max(this.time, first.atMs);
    first.work();
    return true;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.seq < b.seq);
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** HANA, which costs 100 USDT all the time, with a fee of 0.05 % in quote. */
export function aSteadyMarket(change: Partial<MarketRules> = {}): RecordedMarket {
  const columns = new CandleColumnsBuilder();
  for (let minute = -1_440; minute < 180; minute++) {
    columns.push({ openTimeMs: VENUE_NOW_MS + minute * MINUTE_MS, open: 100, high: 100, low: 100, close: 100, volume: 1_000 });
  }
  const rules = usualRules('HANA', 100, { priceTick: '0.01', orderTypes: ['MARKET', 'LIMIT', 'IMMEDIATE_OR_CANCEL'], ...change });
  return { rules, recorded: { marketId: rules.marketId, intervalMs: MINUTE_MS, columns: columns.take() } };
}

export interface HeldOptions extends Partial<Omit<ExchangeOptions, 'nowMs'>> {
  readonly random?: Random;
  readonly odds?: LinkOdds;
  readonly timeoutMs?: number;
}

/** The exchange, the way to it and MEXC's adapter at its other end, on a clock that the test runs. */
export function aHeldExchange({ random = () => 0.5, odds = NO_FAULTS, timeoutMs = 10_000, ...options }: HeldOptions = {}) {
  const time = new VirtualTime();
  const { nowMs } = time;
  const accepted: { readonly clientOrderId: string | null; readonly atMs: number }[] = [];
  const exchange = openSimulatedExchange({
    seed: 1, nowMs, accounts: [ACCOUNT], markets: [aSteadyMarket()], feeIn: 'quote', book: 'ideal',
    onAccepted: ({ order }) => accepted.push({ clientOrderId: order.clientOrderId, atMs: nowMs() }), ...options,
  });
  exchange.venue.setFree(ACCOUNT.id, 'USDT', '1000');
  const posts: SentPost[] = [];
  const link = openFaultyLink({ exchange, random, odds, at: time.at, nowMs, onPost: (post) => posts.push(post) });
  const adapters = adaptersOver(link.send, time, random, timeoutMs);
  return { time, exchange, link, posts, accepted, ...adapters };
}

function adaptersOver(send: HttpSend, { nowMs, timer }: VirtualTime, random: Random, timeoutMs: number) {
  const options: MexcOptions = {
    venue: 'SIMULATOR', origin: 'http://127.0.0.1:4010', credentials: { apiKey: ACCOUNT.key, secret: ACCOUNT.secret }, budget: UNLIMITED_BUDGET, purpose: 'execution',
    clock: { nowMs }, timer, monotonicMs: nowMs, random, timeoutMs, send,
  };
  return { trading: createMexcTrading(options), marketData: createMexcMarketData(options) };
}
