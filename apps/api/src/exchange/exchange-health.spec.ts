import type { VenueStatus } from '#application';
import { exchangeHealth } from './exchange-health.js';

const NOW_MS = Date.UTC(2026, 0, 1, 12);
const STATUS: VenueStatus = {
  venue: 'SIMULATOR', origin: 'http://127.0.0.1:4010', isReachable: true, lastAnswerMs: NOW_MS - 1_000, problem: null, clockOffsetMs: 0, roundTripMs: 1,
  marketsLoadedMs: NOW_MS, updatedAtMs: NOW_MS - 60_000,
};

it.each([
  ['SIMULATOR', null, false, 'simulator (made prices, play money): no ingestor has reported yet'],
  ['SIMULATOR', STATUS, true, 'simulator (made prices, play money) at http://127.0.0.1:4010'],
  ['MEXC', { ...STATUS, origin: 'https://api.mexc.com' }, true, 'MEXC (real market data) at https://api.mexc.com'],
  ['MEXC', { ...STATUS, updatedAtMs: NOW_MS - 60_001 }, false, 'MEXC (real market data) at http://127.0.0.1:4010: no ingestor has reported since 2026-01-01T11:58:59.999Z'],
  ['MEXC', { ...STATUS, clockOffsetMs: -30_000 }, false, "MEXC (real market data) at http://127.0.0.1:4010: the ingestor's clock is 30.0 s ahead of the exchange's; set it by NTP"],
  ['MEXC', { ...STATUS, clockOffsetMs: 30_000 }, false, "MEXC (real market data) at http://127.0.0.1:4010: the ingestor's clock is 30.0 s behind the exchange's; set it by NTP"],
  ['SIMULATOR', { ...STATUS, isReachable: false, problem: 'nothing listens there' }, false,
    'simulator (made prices, play money) at http://127.0.0.1:4010 has not answered since 2026-01-01T11:59:59.000Z: nothing listens there'],
  ['SIMULATOR', { ...STATUS, isReachable: false, lastAnswerMs: null }, false, 'simulator (made prices, play money) at http://127.0.0.1:4010 has never answered'],
] as const)('of %s, as %j, it is %s: %s', (venue, status, isWell, detail) => {
  expect(exchangeHealth(venue, status, NOW_MS)).toEqual({ isWell, detail });
});
