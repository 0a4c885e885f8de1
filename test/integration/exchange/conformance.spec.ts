import { createMexcMarketData, createMexcTrading, openSimulatedVenue, SimulatedMarketData, SimulatedTrading } from '#exchange';
import { systemClock } from '#platform';
import { marketDataConformance, tradingConformance, type MarketDataSubject, type TradingSubject } from '#testing';
import { startSimulatorProcess } from '../../e2e/simulator/simulator-process.js';
import { mexcOptions } from './mexc-options.js';

const DAY_MS = 86_400_000;
const LISTED_DAY_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - 90 * DAY_MS;
const MARKET = { marketId: 'HANAUSDT', otherMarketId: 'AIAUSDT', base: 'HANA', quote: 'USDT', listedDayMs: LISTED_DAY_MS } as const;

/** A simulator as a process of its own, and its switches. */
async function openSimulator() {
  const { app, url, control } = await startSimulatorProcess(['--no-rate-limit', '--seed', '3', '--history-from', new Date(LISTED_DAY_MS).toISOString()]);
  return {
    options: mexcOptions(url),
    fault: async (fault: string, on: string, more: object = {}) => void (await control('POST', '/faults', { fault, on, ...more })),
    heal: async () => void (await control('DELETE', '/faults')),
    close: async () => void (await app.stop()),
  };
}

async function mexcMarketData(): Promise<MarketDataSubject> {
  const { options, fault, heal, close } = await openSimulator();
  return {
    ...MARKET,
    port: createMexcMarketData(options),
    stumble: async (times) => {
      await fault('error-before-acceptance', 'GET /api/v3/klines', { limit: times, parameters: { status: 502, body: 'html' } });
      await fault('body-cut', 'GET /api/v3/klines', { limit: 1, parameters: { bytes: 100 } });
    },
    goDown: () => fault('reset-before-acceptance', '* *'),
    heal,
    close,
  };
}

async function mexcTrading(): Promise<TradingSubject> {
  const { options, fault, heal, close } = await openSimulator();
  const loseAnswers = (): Promise<void> => fault('garbled-answer', 'POST /api/v3/order', { parameters: { body: 'html' } });
  return { ...MARKET, port: createMexcTrading(options), marketData: createMexcMarketData(options), loseAnswers, heal, close };
}

function venueInProcess() {
  const venue = openSimulatedVenue({
    seed: 3, historyFromMs: LISTED_DAY_MS, speedFromMs: Date.now(), speed: 1, feeIn: 'quote', hasUniqueClientOrderIds: false,
  });
  venue.setFree('account', 'USDT', '10000');
  return venue;
}

marketDataConformance('MEXC over a simulator as a process', mexcMarketData);
tradingConformance('MEXC over a simulator as a process', mexcTrading);

marketDataConformance('a venue in the same process', () =>
  Promise.resolve({ ...MARKET, port: new SimulatedMarketData(venueInProcess(), systemClock), close: () => Promise.resolve() }),
);
tradingConformance('a venue in the same process', () => {
  const venue = venueInProcess();
  const port = new SimulatedTrading(venue, 'account', systemClock);
  return Promise.resolve({ ...MARKET, port, marketData: new SimulatedMarketData(venue, systemClock), close: () => Promise.resolve() });
});
