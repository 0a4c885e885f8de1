import { UNLIMITED_BUDGET } from '#application';
import { createMexcMarketData, createMexcTrading, openSimulatedVenue, SimulatedMarketData, SimulatedTrading, type MexcOptions } from '#exchange';
import { systemClock, systemTimer } from '#platform';
import { marketDataConformance, tradingConformance, type MarketDataSubject, type TradingSubject } from '#testing';
import { KEY, openTestSimulator, SECRET, type TestSimulator } from '../simulator/simulator-fixture.js';

const DAY_MS = 86_400_000;
const LISTED_DAY_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - 90 * DAY_MS;
const MARKET = { marketId: 'HANAUSDT', otherMarketId: 'AIAUSDT', base: 'HANA', quote: 'USDT', listedDayMs: LISTED_DAY_MS } as const;

function mexcOptions({ simulator }: TestSimulator): MexcOptions {
  return {
    venue: 'SIMULATOR',
    origin: simulator.url,
    credentials: { apiKey: KEY, secret: SECRET },
    budget: UNLIMITED_BUDGET,
    purpose: 'execution',
    clock: systemClock,
    timer: systemTimer,
    timeoutMs: 5_000,
    retry: { baseDelayMs: 1, maxDelayMs: 5 },
  };
}

const openSimulator = (): Promise<TestSimulator> => openTestSimulator({ HISTORY_FROM: new Date(LISTED_DAY_MS).toISOString() });

async function mexcMarketData(): Promise<MarketDataSubject> {
  const venue = await openSimulator();
  const { fault, healed, simulator } = venue;
  return {
    ...MARKET,
    port: createMexcMarketData(mexcOptions(venue)),
    stumble: async (times) => {
      await fault('error-before-acceptance', 'GET /api/v3/klines', { limit: times, parameters: { status: 502, body: 'html' } });
      await fault('body-cut', 'GET /api/v3/klines', { limit: 1, parameters: { bytes: 100 } });
    },
    goDown: () => fault('reset-before-acceptance', '* *'),
    heal: healed,
    close: () => simulator.stop(),
  };
}

async function mexcTrading(): Promise<TradingSubject> {
  const venue = await openSimulator();
  const options = mexcOptions(venue);
  return {
    ...MARKET,
    port: createMexcTrading(options),
    marketData: createMexcMarketData(options),
    loseAnswers: () => venue.fault('garbled-answer', 'POST /api/v3/order', { parameters: { body: 'html' } }),
    heal: venue.healed,
    close: () => venue.simulator.stop(),
  };
}

function venueInProcess() {
  const venue = openSimulatedVenue({
    seed: 3, historyFromMs: LISTED_DAY_MS, speedFromMs: Date.now(), speed: 1, feeIn: 'quote', hasUniqueClientOrderIds: false,
  });
  venue.setFree('account', 'USDT', '10000');
  return venue;
}

marketDataConformance('MEXC over a simulator', mexcMarketData);
tradingConformance('MEXC over a simulator', mexcTrading);

marketDataConformance('a venue in the same process', () =>
  Promise.resolve({ ...MARKET, port: new SimulatedMarketData(venueInProcess(), systemClock), close: () => Promise.resolve() }),
);
tradingConformance('a venue in the same process', () => {
  const venue = venueInProcess();
  const port = new SimulatedTrading(venue, 'account', systemClock);
  return Promise.resolve({ ...MARKET, port, marketData: new SimulatedMarketData(venue, systemClock), close: () => Promise.resolve() });
});
