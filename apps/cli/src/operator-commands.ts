import type { Command } from 'commander';
import type { Bind } from './command-action.js';

const DOCTOR_EXAMPLES = `Check everything, the exchange too; each failed check names its fix. With a key
in the environment, one signed question tells whether it is in order.

Examples:
  $ rebalancer doctor
  $ rebalancer doctor --json
  $ rebalancer doctor --assets HANA,AIA      # tradable over the API?
  $ EXCHANGE_API_KEY=… EXCHANGE_API_SECRET_FILE=secret rebalancer doctor
`;

const MIGRATE_EXAMPLES = `Bring the database up to date. Run again, it changes nothing.

Example:
  $ DATABASE_URL=postgres://… rebalancer migrate
`;

const TOKEN_EXAMPLES = `Make one more access token and print it, this once. The database keeps only its
hash.

Example:
  $ (umask 077; rebalancer token create --name laptop > token)
`;

export function addOperatorCommands(program: Command, bind: Bind): void {
  program
    .command('doctor')
    .description('check everything, and name the command that mends what is wrong')
    .addHelpText('before', DOCTOR_EXAMPLES)
    .option('--assets <list>', 'assets to look for at the exchange (default: those that are stored)')
    .option('--quote <asset>', 'with --assets: their quote currency (default: USDT)')
    .action(bind(async () => (await import('./doctor/doctor-command.js')).runDoctor));
  program
    .command('migrate')
    .description('bring the database up to date')
    .addHelpText('before', MIGRATE_EXAMPLES)
    .option('--wait-seconds <n>', 'how long to wait for the database to accept connections', '60')
    .action(bind(async () => (await import('./database/migrate-command.js')).migrate));
  const token = program.command('token').description('access tokens of the API');
  token
    .command('create')
    .description('make one more access token and print it, this once')
    .addHelpText('before', TOKEN_EXAMPLES)
    .option('--name <text>', 'what the token is for', 'command line')
    .action(bind(async () => (await import('./database/create-token-command.js')).createAccessToken));
}
