export { defaultMarkets, makeMarkets, tickFor, USUAL_CHARACTER, usualRules } from './simulated/default-markets.js';
export { openSimulatedVenue } from './simulated/simulated-venue.js';
export * from './simulated/venue-types.js';
