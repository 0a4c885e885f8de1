export { defaultMarkets, makeMarkets, tickFor, USUAL_CHARACTER, usualRules } from './simulated/default-markets.js';
export { SimulatedMarketData } from './simulated/market-data-adapter.js';
export { openSimulatedVenue } from './simulated/simulated-venue.js';
export { SimulatedTrading } from './simulated/trading-adapter.js';
export * from './simulated/venue-types.js';
