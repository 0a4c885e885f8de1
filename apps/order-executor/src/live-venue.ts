import { createHash } from 'node:crypto';
import { SigningClock, UNLIMITED_BUDGET, type EventLog, type ExecutionVenue, type RateBudget } from '#application';
import { createMexcMarketData, createMexcTrading } from '#exchange';
import type { ExecutorConfiguration } from './configuration.js';
import type { Effects } from './effects.js';

/** Levels of a book that an order's depth check looks at. */
const BOOK_DEPTH = 100;

/** What this process knows of its venue: the clock for all, and the account whose key it holds. */
export interface VenueAccess {
  readonly signingClock: SigningClock;
  /** Null: it holds no key. */
  readonly live: ExecutionVenue | null;
  /** First digits of the key's hash, so that an exchanged key shows without being shown. */
  readonly keyFingerprint: string | null;
}

/** @throws VenueFailure `wrong-host` for an address that the exchange cannot have */
export function openVenue({ exchange, credentials }: Pick<ExecutorConfiguration, 'exchange' | 'credentials'>, budget: RateBudget | null, effects: Effects, log: EventLog): VenueAccess {
  const { venue, origin, trustedHosts } = exchange;
  const { clock, timer, monotonicMs, random, send } = effects;
  const options = { venue, origin, trustedHosts, budget: budget ?? UNLIMITED_BUDGET, purpose: 'execution', clock, timer, monotonicMs, random, send, log } as const;
  const marketData = createMexcMarketData(options);
  const signingClock = new SigningClock({ serverTime: () => marketData.serverTime(), clock, monotonicMs, log });
  if (credentials === null) return { signingClock, live: null, keyFingerprint: null };
  const live: ExecutionVenue = {
    accountId: `live-${venue.toLowerCase()}`, mode: 'live', venue,
    trading: createMexcTrading({ ...options, credentials }),
    orderBook: (marketId) => marketData.orderBook(marketId, BOOK_DEPTH),
    exchangeNowMs: () => signingClock.nowMs(),
    resyncClock: () => signingClock.read(),
  };
  return { signingClock, live, keyFingerprint: createHash('sha256').update(credentials.apiKey).digest('hex').slice(0, 12) };
}
