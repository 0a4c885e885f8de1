import type { MarketDataPort, TradingPort } from '#application';
import { MexcMarketData } from './mexc-market-data.js';
import type { MexcOptions } from './mexc-options.js';
import { MexcTrading } from './mexc-trading.js';

/**
 * Public data of MEXC, or of a simulator in its dialect. Nothing is loaded or sent before the first question.
 * @throws VenueFailure `wrong-host` for an origin that the venue cannot have
 */
export function createMexcMarketData(options: MexcOptions): MarketDataPort {
  return new MexcMarketData(options);
}

/**
 * The account that `options.credentials` name. Without them every question is answered by VenueFailure `auth`.
 * @throws VenueFailure `wrong-host` for an origin that the venue cannot have
 */
export function createMexcTrading(options: MexcOptions): TradingPort {
  return new MexcTrading(options);
}
