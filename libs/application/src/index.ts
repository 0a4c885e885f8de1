export * from './backtests/backtest-result-reader.port.js';
export * from './backtests/backtest-run.js';
export * from './backtests/backtest-run-store.port.js';
export * from './backtests/run-change-feed.port.js';
export * from './backtests/stored-result.js';
export * from './ports/clock.port.js';
export * from './ports/job-queue.port.js';
export * from './ports/outbox.port.js';
