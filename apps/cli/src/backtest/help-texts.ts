export const RUN_EXAMPLES = `Simulate the threshold cascade over candles.

Examples:
  $ rebalancer backtest run --wait \\
      --assets HANA,TRUTH,SIREN --exchange MEXC --interval 1m
  $ rebalancer backtest run --config basket.json --set usdtReserve=0.2 --wait
  $ rebalancer backtest run --assets BTC,DOGE --exchange BINANCE \\
      --interval 1h --from 2021-05-01 --to 2021-08-01
  $ rebalancer backtest run --candles-dir ./candles --json \\
      --assets HANA,TRUTH --exchange MEXC --interval 1m
`;

export const RUN_NOTES = `
--config names a JSON file. It holds the parameters alone:
  {"usdtReserve": 0.2}
or a whole request:
  {"assets": ["HANA", "TRUTH"], "exchange": "MEXC", "interval": "1m",
   "parameters": {"usdtReserve": 0.2}}
Flags win over the file, parameters one by one. Unknown fields are refused.

--from and --to are the open times of the first and the last bar: a date
(00:00 UTC), an ISO 8601 time (UTC unless it has an offset) or epoch
milliseconds.

--candles-dir runs in this process, without services, on files named
EXCHANGE_BASE_QUOTE_INTERVAL.csv or .csv.gz.

With --wait, Ctrl-C detaches and the run goes on;
rebalancer backtest show ID --wait takes it up again.
`;

export const CANCEL_EXAMPLES = `Stop a run that waits or runs.

Example:
  $ rebalancer backtest cancel bt_01JD9Z5X8Q4Y6T2M3N7P0R1S5V
`;

export const LIST_EXAMPLES = `List runs, newest first.

Examples:
  $ rebalancer backtest ls --status completed --sort -sharpe
  $ rebalancer backtest ls --tag nightly --limit 20
`;

export const SHOW_EXAMPLES = `Show a run and its figures.

Examples:
  $ rebalancer backtest show bt_01JD9Z5X8Q4Y6T2M3N7P0R1S5V
  $ rebalancer backtest show bt_01JD9Z5X8Q4Y6T2M3N7P0R1S5V --wait
`;

export const EXPORT_EXAMPLES = `Write what a run left behind to a file.

Examples:
  $ rebalancer backtest export bt_01JD9Z5X8Q4Y6T2M3N7P0R1S5V -o trades.csv
  $ rebalancer backtest export bt_01JD9Z5X8Q4Y6T2M3N7P0R1S5V \\
      --what equity --format json > equity.json
`;
