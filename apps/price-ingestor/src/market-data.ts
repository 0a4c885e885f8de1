import { UNLIMITED_BUDGET, type EventLog, type MarketDataPort } from '#application';
import { createMexcMarketData } from '#exchange';
import { RedisRateBudget } from '#messaging';
import { systemClock as clock, systemTimer as timer } from '#platform';
import type { IngestorConfiguration } from './configuration.js';

/** The next round is a second away: what does not answer soon is left to it. */
const LIVE_TIMEOUT_MS = 2_500;
const LIVE_RETRY = { tries: 2, baseDelayMs: 100, maxDelayMs: 200, totalMs: 3_000 };

export interface MarketDataSources {
  /** Quotes and the venue's clock: soon or not at all. */
  readonly live: MarketDataPort;
  /** Markets and candles: with patience. */
  readonly history: MarketDataPort;
  close(): void;
}

/** @throws VenueFailure `wrong-host` for an address that the exchange cannot have */
export function openMarketData(configuration: IngestorConfiguration, log: EventLog): MarketDataSources {
  const shared = openBudget(configuration);
  const { venue, origin, trustedHosts } = configuration.exchange;
  const options = { venue, origin, trustedHosts, budget: shared ?? UNLIMITED_BUDGET, purpose: 'ingestion', clock, timer, log } as const;
  return {
    live: createMexcMarketData({ ...options, timeoutMs: LIVE_TIMEOUT_MS, retry: LIVE_RETRY }),
    history: createMexcMarketData(options),
    close: () => shared?.close(),
  };
}

/** Null where none is wanted. */
function openBudget({ rates, redisUrl, exchange }: IngestorConfiguration): RedisRateBudget | null {
  return rates === null ? null : new RedisRateBudget({ redisUrl, scope: exchange.venue, limits: rates });
}
