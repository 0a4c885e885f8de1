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

const FETCH_EXAMPLES = `Fetch candles from the exchange into the database, and keep them up to date.

Examples:
  $ rebalancer candles fetch --assets HANA,AIA,XAN --interval 1h --from 90d
  $ rebalancer candles fetch --exchange mexc --assets HANA --interval 1m \\
      --from 2026-05-01 --to 2026-06-01
  $ rebalancer candles fetch --assets HANA --interval 1d --from 52w --no-wait
`;

const FETCH_NOTES = `
--from and --to take a span before now (90d, 36h, 15m, 2w), a date (00:00 UTC),
an ISO 8601 time (UTC unless it has an offset) or epoch milliseconds. What is
stored already is kept, and corrected where the exchange says otherwise. Without
--to, candles are appended from then on as they close, unless --no-follow.

While the simulator stands in for MEXC, it answers, and what it made is stored
under SIMULATOR, never under MEXC.

Ctrl-C detaches and the fetching goes on; rebalancer candles backfills shows it.
`;

const BACKFILLS_EXAMPLES = `Show what is being fetched and what was.

Examples:
  $ rebalancer candles backfills
  $ rebalancer candles backfills ls --status running
  $ rebalancer candles backfills show bf_01JD9Z5X8Q4Y6T2M3N7P0R1S5V
  $ rebalancer candles backfills cancel bf_01JD9Z5X8Q4Y6T2M3N7P0R1S5V
`;

const FOLLOWED_EXAMPLES = `Show which series get their candles as they close, and end that.

Examples:
  $ rebalancer candles followed
  $ rebalancer candles followed stop --symbol HANA/USDT --interval 1h
`;

export function addCandleCommands(program: Command, bind: Bind): void {
  const candles = program.command('candles').description('fetch and import candles, and see what is there');
  candles.command('import').argument('<path...>', 'files, or folders of files').description('read files of candles into the database')
    .addHelpText('before', IMPORT_EXAMPLES)
    .addHelpText('after', IMPORT_NOTES)
    .option('--exchange <name>', 'exchange of the candles, where the name does not say it')
    .option('--symbol <base/quote>', 'symbol of the candles; wins over the file name')
    .option('--interval <interval>', 'interval of the candles: 1m, 5m, 1h, 1d')
    .option('--from <time>', 'leave out what opened before')
    .option('--to <time>', 'leave out what opened after')
    .action(bind(async () => (await import('./import-command.js')).runCandlesImport));
  addFetch(candles, bind);
  addBackfills(candles, bind);
  addFollowed(candles, bind);
  candles.command('coverage').description('show which candles are stored')
    .addHelpText('before', COVERAGE_EXAMPLES)
    .option('--exchange <name>', 'only this exchange')
    .option('--symbol <base/quote>', 'only this symbol, or this base')
    .option('--interval <interval>', 'only this interval')
    .action(bind(async () => (await import('./coverage-command.js')).runCandlesCoverage));
}

function addFetch(candles: Command, bind: Bind): void {
  candles.command('fetch').description('fetch candles from the exchange into the database')
    .addHelpText('before', FETCH_EXAMPLES)
    .addHelpText('after', FETCH_NOTES)
    .option('--assets <list>', 'assets: HANA,AIA')
    .option('--interval <interval>', 'interval of the candles: 1m, 5m, 1h, 1d')
    .option('--from <time>', 'first open time, or how long ago: 90d')
    .option('--to <time>', 'last open time (default: up to now, and on)')
    .option('--exchange <name>', 'mexc or simulator (default: what runs)')
    .option('--quote <asset>', 'quote currency (default: USDT)')
    .option('--no-follow', 'do not append candles as they close')
    .option('--no-wait', 'do not wait until they are fetched')
    .option('--timeout <seconds>', 'give up waiting after so long')
    .action(bind(async () => (await import('./fetch-command.js')).runCandlesFetch));
}

function addBackfills(candles: Command, bind: Bind): void {
  const backfills = candles.command('backfills').description('show what is fetched, and cancel it').addHelpText('before', BACKFILLS_EXAMPLES);
  backfills.command('ls', { isDefault: true }).description('list what is and was fetched, newest first')
    .option('--status <status>', 'queued, running, completed, failed or canceled')
    .option('--limit <n>', 'at most so many, up to 200 (default: 50)')
    .action(bind(async () => (await import('./backfills-commands.js')).listBackfills));
  backfills.command('show').argument('<id>').description('show one')
    .action(bind(async () => (await import('./backfills-commands.js')).showBackfill));
  backfills.command('cancel').argument('<id>').description('stop fetching; what was fetched stays')
    .action(bind(async () => (await import('./backfills-commands.js')).cancelBackfill));
}

function addFollowed(candles: Command, bind: Bind): void {
  const followed = candles.command('followed').description('show which series are followed, and end that').addHelpText('before', FOLLOWED_EXAMPLES);
  followed.command('ls', { isDefault: true }).description('list the series whose candles are appended')
    .action(bind(async () => (await import('./followed-commands.js')).listFollowed));
  followed.command('stop').description('follow a series no longer; its candles stay')
    .option('--symbol <base/quote>', 'symbol of the series: HANA/USDT')
    .option('--interval <interval>', 'its interval: 1h')
    .action(bind(async () => (await import('./followed-commands.js')).stopFollowing));
}
