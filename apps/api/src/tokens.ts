/** What modules provide and controllers ask for: ports and use cases, which have no runtime type to be named by. */
export const TOKENS = {
  authenticate: Symbol('authenticate'),
  candles: Symbol('candle-store'),
  eventStreams: Symbol('event-streams'),
  health: Symbol('health'),
  log: Symbol('log'),
  results: Symbol('backtest-result-reader'),
  runs: Symbol('backtest-run-store'),
  runWatch: Symbol('run-watch'),
  submitBacktest: Symbol('submit-backtest'),
} as const;
