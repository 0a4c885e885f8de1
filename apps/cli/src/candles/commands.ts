import type { Command } from 'commander';
import type { Bind } from '../program.js';

const IMPORT_EXAMPLES = `Read CSV and CSV.gz files of candles into the database.

Examples:
  $ rebalancer candles import ./candles
  $ rebalancer candles import MEXC_HANA_USDT_1m.csv.gz MEXC_TRUTH_USDT_1m.csv.gz
  $ rebalancer candles import LUNAUSDT-1m.csv --exchange BINANCE --symbol LUNA/USDT --interval 1m
`;

export function addCandleCommands(program: Command, bind: Bind): void {
  void bind;
  const candles = program.command('candles').description('import candles and see what is there');
  candles.command('import').argument('<path...>').addHelpText('before', IMPORT_EXAMPLES);
}
