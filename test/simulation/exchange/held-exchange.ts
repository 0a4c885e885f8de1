import { UNLIMITED_BUDGET, type Timer } from '#application';
import { CandleColumnsBuilder, type MarketRules } from '#domain';
import { createMexcMarketData, createMexcTrading, usualRules, type HttpSend, type MexcOptions } from '#exchange';
import { VENUE_NOW_MS } from '#testing';
import { VirtualTime } from '../engine/virtual-time.js';
import { NO_FAULTS, type LinkOdds, type Random } from './draw-fate.js';
import { openFaultyLink, type SentPost } from './faulty-link.js';
import { openSimulatedExchange, type ExchangeOptions, type RecordedMarket } from './simulated-exchange.js';

const MINUTE_MS = 60_000;
export const ACCOUNT = { id: 'account-1', key: 'key-of-account-1', secret: 'secret-of-account-1' };

/** Longer than anything that is waited for takes. */
const LONGEST_MS = 86_400_000;

/** Ends a run in the middle. */
class Ended extends Error {}

/** The simulation's time as tests of one adapter want it: it stands until it is run, and for as long as some work takes. */
export class HeldTime {
  private readonly time = new VirtualTime(VENUE_NOW_MS);

  readonly nowMs = (): number => this.time.nowMs;
  readonly at = (delayMs: number, work: () => void): void => void this.time.after(delayMs, work);
  readonly timer: Timer = { every: () => () => undefined, pause: this.time.pause };

  get waiting(): number {
    return this.time.waiting;
  }

  /** Runs until `work` has ended; fails where nothing more would happen. */
  async until<T>(work: Promise<T>): Promise<T> {
    const course = { isOver: false };
    const ended = work.finally(() => (course.isOver = true));
    ended.catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    if (!course.isOver) await this.run(this.nowMs() + LONGEST_MS, () => course.isOver);
    if (!course.isOver) throw new Error('nothing is left that could happen, and the work has not ended');
    return ended;
  }

  pass(durationMs: number): Promise<void> {
    return this.run(this.nowMs() + durationMs, () => false);
  }

  private async run(endMs: number, isOver: () => boolean): Promise<void> {
    const onStep = (): void => {
      if (isOver()) throw new Ended();
    };
    await this.time.runUntil(endMs, onStep).catch((error: unknown) => {
      if (!(error instanceof Ended)) throw error;
    });
  }
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
  const time = new HeldTime();
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

function adaptersOver(send: HttpSend, { nowMs, timer }: HeldTime, random: Random, timeoutMs: number) {
  const options: MexcOptions = {
    venue: 'SIMULATOR', origin: 'http://127.0.0.1:4010', credentials: { apiKey: ACCOUNT.key, secret: ACCOUNT.secret }, budget: UNLIMITED_BUDGET, purpose: 'execution',
    clock: { nowMs }, timer, monotonicMs: nowMs, random, timeoutMs, send,
  };
  return { trading: createMexcTrading(options), marketData: createMexcMarketData(options) };
}
