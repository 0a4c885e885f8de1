import { UNLIMITED_BUDGET } from '#application';
import type { MexcOptions } from '#exchange';
import { systemClock, systemTimer } from '#platform';
import { KEY, SECRET } from '../simulator/simulator-fixture.js';

/** MEXC's adapter at a simulator, with waits between tries that a test can wait for. */
export function mexcOptions(origin: string): MexcOptions {
  return {
    venue: 'SIMULATOR',
    origin,
    credentials: { apiKey: KEY, secret: SECRET },
    budget: UNLIMITED_BUDGET,
    purpose: 'execution',
    clock: systemClock,
    timer: systemTimer,
    timeoutMs: 5_000,
    retry: { baseDelayMs: 1, maxDelayMs: 5 },
  };
}
