import type { Command } from 'commander';
import type { Bind } from '../command-action.js';

const EXCHANGE_EXAMPLES = `Show which exchange the product talks to, and whether it answers.

Examples:
  $ rebalancer exchange
  $ rebalancer exchange markets --assets HANA,AIA,XAN
`;

const MARKETS_EXAMPLES = `Show what the exchange asks of orders in these markets, and whether they can be
traded over its API.

Examples:
  $ rebalancer exchange markets --assets HANA,AIA,XAN
  $ rebalancer exchange markets --assets BTC --quote USDC --json
`;

const PRICES_EXAMPLES = `Show the latest prices and their age. A flagged price is never acted upon.

Example:
  $ rebalancer prices --assets HANA,AIA,XAN
`;

export function addExchangeCommands(program: Command, bind: Bind): void {
  const exchange = program.command('exchange').description('show the exchange and its markets')
    .addHelpText('before', EXCHANGE_EXAMPLES)
    .action(bind(async () => (await import('./status-command.js')).showExchange));
  exchange.command('markets').description('show the rules of markets, and whether they take orders')
    .addHelpText('before', MARKETS_EXAMPLES)
    .requiredOption('--assets <list>', 'assets: HANA,AIA')
    .option('--quote <asset>', 'quote currency (default: USDT)')
    .action(bind(async () => (await import('./markets-command.js')).showMarkets));
  program.command('prices').description('show the latest prices and their age')
    .addHelpText('before', PRICES_EXAMPLES)
    .requiredOption('--assets <list>', 'assets: HANA,AIA')
    .option('--quote <asset>', 'quote currency (default: USDT)')
    .action(bind(async () => (await import('./prices-command.js')).showPrices));
}
