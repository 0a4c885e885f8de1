export * from './simulated/venue-types.js';
