/** What modules provide and controllers ask for: ports and use cases, which have no runtime type to be named by. */
export const TOKENS = {
  authenticate: Symbol('authenticate'),
  backfills: Symbol('candle-backfill-store'),
  candles: Symbol('candle-store'),
  clock: Symbol('clock'),
  followedSeries: Symbol('followed-series-store'),
  eventStreams: Symbol('event-streams'),
  health: Symbol('health'),
  log: Symbol('log'),
  markets: Symbol('market-store'),
  prices: Symbol('latest-prices'),
  results: Symbol('backtest-result-reader'),
  runs: Symbol('backtest-run-store'),
  runWatch: Symbol('run-watch'),
  submitBackfill: Symbol('submit-backfill'),
  submitBacktest: Symbol('submit-backtest'),
  venue: Symbol('venue'),
} as const;
