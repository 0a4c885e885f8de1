import type { Command } from 'commander';
import type { Bind } from '../command-action.js';

const RUN_EXAMPLES = `Simulate the threshold cascade over candles.

Examples:
  $ rebalancer backtest run --wait \\
      --assets HANA,TRUTH,SIREN --exchange MEXC --interval 1m
  $ rebalancer backtest run --config basket.json --set usdtReserve=0.2 --wait
  $ rebalancer backtest run --assets BTC,DOGE --exchange BINANCE \\
      --interval 1h --from 2021-05-01 --to 2021-08-01
  $ rebalancer backtest run --candles-dir ./candles --json \\
      --assets HANA,TRUTH --exchange MEXC --interval 1m
`;

const RUN_NOTES = `
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

const gather = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export function addBacktestCommands(program: Command, bind: Bind): void {
  const backtest = program.command('backtest').description('run backtests and look at them');
  addRun(backtest, bind);
  addList(backtest, bind);
  addShow(backtest, bind);
  backtest.command('cancel').argument('<id>').description('stop a run that waits or runs')
    .addHelpText('before', 'Stop a run that waits or runs.\n\nExample:\n  $ rebalancer backtest cancel bt_01JD9Z5X8Q4Y6T2M3N7P0R1S5V\n')
    .action(bind(async () => (await import('./cancel-command.js')).cancelBacktest));
  addExport(backtest, bind);
}

function addRun(backtest: Command, bind: Bind): void {
  backtest.command('run').description('submit a backtest, or run one from files')
    .addHelpText('before', RUN_EXAMPLES)
    .addHelpText('after', RUN_NOTES)
    .option('--assets <list>', 'assets, in the order of the portfolio: HANA,TRUTH')
    .option('--exchange <name>', 'exchange of the candles: MEXC')
    .option('--interval <interval>', 'interval of the candles: 1m, 5m, 1h, 1d')
    .option('--quote <asset>', 'quote currency (default: USDT)')
    .option('--from <time>', "first bar's open time (default: first that all assets share)")
    .option('--to <time>', "last bar's open time (default: last that all assets share)")
    .option('--config <file>', 'JSON file with parameters, or with a whole request')
    .option('--set <name=value>', 'one parameter; may be repeated', gather)
    .option('--name <text>', 'name of the run')
    .option('--tag <text>', 'tag of the run; may be repeated', gather)
    .option('--note <text>', 'note on the run')
    .option('--priority <level>', 'interactive (default) or bulk')
    .option('--force', 'compute again even if the same run is finished already')
    .option('--wait', 'wait for the result and print it')
    .option('--timeout <seconds>', 'with --wait: give up waiting after so long')
    .option('--candles-dir <dir>', 'run here, without services, on the candle files of this folder')
    .action(bind(async () => (await import('./run-command.js')).runBacktestCommand));
}

function addList(backtest: Command, bind: Bind): void {
  backtest.command('ls').description('list runs')
    .addHelpText('before', 'List runs, newest first.\n\nExamples:\n  $ rebalancer backtest ls --status completed --sort -sharpe\n  $ rebalancer backtest ls --tag nightly --limit 20\n')
    .option('--status <status>', 'queued, running, completed, failed or canceled')
    .option('--exchange <name>', 'runs on this exchange')
    .option('--interval <interval>', 'runs on this interval')
    .option('--tag <text>', 'runs with this tag')
    .option('--sort <key>', 'createdAt, -createdAt, -totalReturn, -sharpe, -maxDrawdown or -finalValue; minus: highest first')
    .option('--limit <n>', 'runs on one page, at most 200 (default: 50)')
    .option('--after <cursor>', 'the page after this one')
    .action(bind(async () => (await import('./list-command.js')).listBacktests));
}

function addShow(backtest: Command, bind: Bind): void {
  backtest.command('show').argument('<id>').description('show a run and its figures')
    .addHelpText('before', 'Show a run and its figures.\n\nExamples:\n  $ rebalancer backtest show bt_01JD9Z5X8Q4Y6T2M3N7P0R1S5V\n  $ rebalancer backtest show bt_01JD9Z5X8Q4Y6T2M3N7P0R1S5V --wait\n')
    .option('--wait', 'wait until the run has ended')
    .option('--timeout <seconds>', 'with --wait: give up waiting after so long')
    .action(bind(async () => (await import('./show-command.js')).showBacktest));
}

function addExport(backtest: Command, bind: Bind): void {
  backtest.command('export').argument('<id>').description('write what a run left behind to a file')
    .addHelpText('before', 'Write what a run left behind to a file.\n\nExamples:\n  $ rebalancer backtest export bt_01JD9Z5X8Q4Y6T2M3N7P0R1S5V -o trades.csv\n  $ rebalancer backtest export bt_01JD9Z5X8Q4Y6T2M3N7P0R1S5V \\\n      --what equity --format json > equity.json\n')
    .option('--what <part>', 'summary, trades, equity or rebalances', 'trades')
    .option('-o, --output <file>', 'file to write; - is stdout', '-')
    .option('--format <format>', 'csv or json (default: csv, json for summary)')
    .option('--points <n>', 'equity: points to keep, extremes included, at most 10000', '10000')
    .action(bind(async () => (await import('./export-command.js')).exportBacktest));
}
