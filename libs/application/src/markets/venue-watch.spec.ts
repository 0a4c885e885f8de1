import { VenueFailure } from '../ports/venue-failure.js';
import type { VenueStatus } from './market-store.port.js';
import { VenueWatch } from './venue-watch.js';

const NOW_MS = 1_764_000_000_000;

/** What was stored and what was logged, in the order in which it happened. */
async function seenOf(serverTime: () => Promise<{ serverMs: number; roundTripMs: number; offsetMs: number }>) {
  const seen: string[] = [];
  const told = (fields: object) => void seen.push(`log ${(fields as { event: string }).event}`);
  const stored: VenueStatus[] = [];
  const watch = new VenueWatch({
    marketData: { venue: 'MEXC', serverTime, markets: () => new Promise(() => {}), apiMarketIds: async () => null },
    origin: 'https://api.mexc.com',
    store: { storeMarkets: async () => {}, storeStatus: async (status) => void (stored.push(status), seen.push('stored')) },
    clock: { nowMs: () => NOW_MS }, timer: { every: () => () => {}, pause: async () => {} }, log: { info: told, warn: told, error: told },
    statusEveryMs: 1_000, marketsEveryMs: 60_000,
  });
  watch.start();
  await new Promise((resolve) => setImmediate(resolve));
  return { watch, seen, stored };
}

it('stores that the venue is away before it tells so in the log, and knows no clock of it', async () => {
  const { watch, seen, stored } = await seenOf(() => Promise.reject(new VenueFailure('maintenance', 'down for maintenance', { cause: null })));
  expect(seen).toEqual(['stored', 'log venue-status-failed']);
  expect(stored).toMatchObject([{ isReachable: false, problem: 'down for maintenance', lastAnswerMs: null, updatedAtMs: NOW_MS }]);
  expect([watch.isReachable, watch.clockOffsetMs]).toEqual([false, null]);
});

it('stores how the clock of a venue goes that answers', async () => {
  const { watch, seen, stored } = await seenOf(async () => ({ serverMs: NOW_MS + 40, roundTripMs: 20, offsetMs: 30 }));
  expect(seen).toEqual(['stored']);
  expect(stored).toMatchObject([{ isReachable: true, problem: null, lastAnswerMs: NOW_MS, clockOffsetMs: 30, roundTripMs: 20 }]);
  expect([watch.isReachable, watch.clockOffsetMs]).toEqual([true, 30]);
});
