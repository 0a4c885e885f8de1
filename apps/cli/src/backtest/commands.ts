import type { Command } from 'commander';
import type { Bind } from '../command-action.js';
import { CANCEL_EXAMPLES, EXPORT_EXAMPLES, LIST_EXAMPLES, RUN_EXAMPLES, RUN_NOTES, SHOW_EXAMPLES } from './help-texts.js';

const gather = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export function addBacktestCommands(program: Command, bind: Bind): void {
  const backtest = program.command('backtest').description('run backtests and look at them');
  addRun(backtest, bind);
  addList(backtest, bind);
  addShow(backtest, bind);
  backtest
    .command('cancel')
    .argument('<id>')
    .description('stop a run that waits or runs')
    .addHelpText('before', CANCEL_EXAMPLES)
    .action(bind(async () => (await import('./cancel-command.js')).cancelBacktest));
  addExport(backtest, bind);
}

function addRun(backtest: Command, bind: Bind): void {
  backtest
    .command('run')
    .description('submit a backtest, or run one from files')
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
  backtest
    .command('ls')
    .description('list runs')
    .addHelpText('before', LIST_EXAMPLES)
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
  backtest
    .command('show')
    .argument('<id>')
    .description('show a run and its figures')
    .addHelpText('before', SHOW_EXAMPLES)
    .option('--wait', 'wait until the run has ended')
    .option('--timeout <seconds>', 'with --wait: give up waiting after so long')
    .action(bind(async () => (await import('./show-command.js')).showBacktest));
}

function addExport(backtest: Command, bind: Bind): void {
  backtest
    .command('export')
    .argument('<id>')
    .description('write what a run left behind to a file')
    .addHelpText('before', EXPORT_EXAMPLES)
    .option('--what <part>', 'summary, trades, equity or rebalances', 'trades')
    .option('-o, --output <file>', 'file to write; - is stdout', '-')
    .option('--format <format>', 'csv or json (default: csv, json for summary)')
    .option('--points <n>', 'equity: points to keep, extremes included, at most 10000', '10000')
    .action(bind(async () => (await import('./export-command.js')).exportBacktest));
}
