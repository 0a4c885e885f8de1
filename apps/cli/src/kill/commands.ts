import type { Command } from 'commander';
import type { Bind } from '../command-action.js';
import { KILL_EXAMPLES } from '../portfolio/help-texts.js';

export function addKillCommands(program: Command, bind: Bind): void {
  const kill = program.command('kill').description('stop trading at once')
    // Wherever it stands, the parser takes --reason for ours, also that of a release.
    .hook('preSubcommand', (ours, subcommand) => void subcommand.setOptionValue('reason', ours.getOptionValue('reason')))
    .addHelpText('before', KILL_EXAMPLES)
    .option('--account <id>', 'only this account')
    .option('--portfolio <portfolio>', 'only this portfolio, by name or id')
    .option('--reduce-only', 'sales go on, purchases stop')
    .option('--reason <text>', 'why, for the record')
    .option('--file', 'write the HALT file beside the data instead: works without API and database')
    .action(bind(async () => (await import('./kill-command.js')).engageKillSwitch));
  kill.command('status').description('show which switches are engaged')
    .action(bind(async () => (await import('./kill-command.js')).showKillSwitches));
  kill.command('release').description('let trading go on, after the books were found equal')
    .requiredOption('--scope <scope>', 'all, account:ID or portfolio:ID')
    .requiredOption('--reason <text>', 'why it is safe, for the record')
    .action(bind(async () => (await import('./kill-command.js')).releaseKillSwitch));
  const account = program.command('account').description('show accounts and what they hold');
  account.command('ls').description('list accounts with their balances by the books')
    .option('--limit <n>', 'accounts on one page, at most 200')
    .option('--after <cursor>', 'the page after this one')
    .action(bind(async () => (await import('./account-command.js')).listAccounts));
  account.command('clear-halt').argument('<id>').description('lift what halted an account, after looking into it')
    .action(bind(async () => (await import('./account-command.js')).clearHalt));
}
