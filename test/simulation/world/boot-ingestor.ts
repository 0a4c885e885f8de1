import { LivePrices, OwnMarkets, UNLIMITED_BUDGET, VenueWatch } from '#application';
import { MARKET_GROUPS, PRICE_LIMITS } from '#domain';
import { createMexcMarketData } from '#exchange';
import type { Life } from '../engine/simulated-process.js';
import { VENUE } from './boot-evaluator.js';
import { EVALUATE_JOB } from './jobs.js';
import type { Machine } from './machine.js';
import { storesOf } from './stores.js';

const ALL_GROUPS: ReadonlySet<number> = new Set(Array.from({ length: MARKET_GROUPS }, (_, group) => group));
/** Far from the product's pace: a simulated day would be nothing but prices. */
export const PRICES_EVERY_MS = 100_000;

/** As apps/price-ingestor puts it together, without the history of candles. */
export function bootIngestor(machine: Machine): (life: Life) => void {
  return (life) => {
    const stores = storesOf(machine.stores, life);
    const queues = life.port('queues', machine.redis.queue);
    const log = machine.log(life);
    const { clock, timer, monotonicMs } = life;
    const marketData = createMexcMarketData({
      venue: VENUE, origin: machine.origin, budget: UNLIMITED_BUDGET, purpose: 'ingestion', clock, timer, monotonicMs, random: machine.chance.fraction, log,
      send: (request) => life.call(() => machine.send(request)),
    });
    const watch = new VenueWatch({ marketData, origin: machine.origin, store: stores.markets, clock, timer, log, statusEveryMs: 300_000, marketsEveryMs: 1_200_000 });
    const own = new OwnMarkets({ watches: stores.watches, venue: VENUE, groups: () => ALL_GROUPS, everyMs: 60_000, timer, log });
    const live = new LivePrices({
      marketData, prices: life.port('prices', machine.redis.latestPrices), jobs: queues, watched: () => own.list(), clockOffsetMs: () => watch.clockOffsetMs,
      evaluation: EVALUATE_JOB, limits: PRICE_LIMITS, ingestorId: life.name, everyMs: PRICES_EVERY_MS, clock, timer, log,
    });
    for (const loop of [watch, own, live]) loop.start();
  };
}
