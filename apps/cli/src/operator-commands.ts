import type { Command } from 'commander';
import type { Bind } from './command-action.js';

export function addOperatorCommands(program: Command, bind: Bind): void {
  program.command('doctor').description('check everything, and name the command that mends what is wrong')
    .addHelpText('before', 'Check everything a backtest needs; each failed check names its fix.\n\nExamples:\n  $ rebalancer doctor\n  $ rebalancer doctor --json\n')
    .action(bind(async () => (await import('./doctor/doctor-command.js')).runDoctor));
  program.command('migrate').description('bring the database up to date')
    .addHelpText('before', 'Bring the database up to date. Run again, it changes nothing.\n\nExample:\n  $ DATABASE_URL=postgres://… rebalancer migrate\n')
    .option('--wait-seconds <n>', 'how long to wait for the database to accept connections', '60')
    .action(bind(async () => (await import('./database/migrate-command.js')).migrate));
  const token = program.command('token').description('access tokens of the API');
  token.command('create').description('make one more access token and print it, this once')
    .addHelpText('before', 'Make one more access token and print it, this once. The database keeps only its\nhash.\n\nExample:\n  $ (umask 077; rebalancer token create --name laptop > token)\n')
    .option('--name <text>', 'what the token is for', 'command line')
    .action(bind(async () => (await import('./database/create-token-command.js')).createAccessToken));
}
