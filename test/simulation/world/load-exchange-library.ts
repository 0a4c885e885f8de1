import { UNLIMITED_BUDGET, type Timer } from '#application';
import { createMexcMarketData } from '#exchange';

const NEVER: Timer = { every: () => () => undefined, pause: () => Promise.resolve() };

/** The exchange's library is loaded from disk on first use, in real time: a world in which that happened would not be the same twice. */
export async function loadExchangeLibrary(): Promise<void> {
  const marketData = createMexcMarketData({
    venue: 'SIMULATOR', origin: 'http://127.0.0.1:4700', budget: UNLIMITED_BUDGET, purpose: 'ingestion', clock: { nowMs: () => 0 }, timer: NEVER,
    retry: { tries: 1 }, send: async () => ({ kind: 'not-sent', cause: 'nothing is sent while loading' }),
  });
  await marketData.serverTime().catch(() => undefined);
}
