import type { Command } from 'commander';
import type { Bind } from '../command-action.js';

const IMPORT_EXAMPLES = `Read CSV and CSV.gz files of candles into the database.

Examples:
  $ rebalancer candles import ./candles
  $ rebalancer candles import MEXC_HANA_USDT_1m.csv.gz
  $ rebalancer candles import LUNAUSDT-1m-2022-05.csv \\
      --exchange BINANCE --symbol LUNA/USDT --interval 1m
  $ rebalancer candles import BINANCE_LUNA_USDT_1h.csv.gz \\
      --symbol LUNA2/USDT --from 2022-05-31   # a reborn asset
`;

const IMPORT_NOTES = `
A file named EXCHANGE_BASE_QUOTE_INTERVAL.csv or .csv.gz says by its name what
it holds; flags say it for others. Each file goes in wholly or not at all; bad
rows are refused, counted and named, and the good ones of the file still go in
(exit code 9). Importing again changes nothing.
`;

const COVERAGE_EXAMPLES = `Show which candles are stored: first, last, count, gaps, zero-volume share.

Examples:
  $ rebalancer candles coverage
  $ rebalancer candles coverage --exchange MEXC --interval 1m --json
`;

export function addCandleCommands(program: Command, bind: Bind): void {
  const candles = program.command('candles').description('import candles and see what is there');
  candles.command('import').argument('<path...>', 'files, or folders of files').description('read files of candles into the database')
    .addHelpText('before', IMPORT_EXAMPLES)
    .addHelpText('after', IMPORT_NOTES)
    .option('--exchange <name>', 'exchange of the candles, where the name does not say it')
    .option('--symbol <base/quote>', 'symbol of the candles; wins over the file name')
    .option('--interval <interval>', 'interval of the candles: 1m, 5m, 1h, 1d')
    .option('--from <time>', 'leave out what opened before')
    .option('--to <time>', 'leave out what opened after')
    .action(bind(async () => (await import('./import-command.js')).runCandlesImport));
  candles.command('coverage').description('show which candles are stored')
    .addHelpText('before', COVERAGE_EXAMPLES)
    .option('--exchange <name>', 'only this exchange')
    .option('--symbol <base/quote>', 'only this symbol, or this base')
    .option('--interval <interval>', 'only this interval')
    .action(bind(async () => (await import('./coverage-command.js')).runCandlesCoverage));
}
