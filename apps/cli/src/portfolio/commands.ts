import type { Command } from 'commander';
import type { Bind } from '../command-action.js';
import {
  CHANGE_EXAMPLES, CREATE_EXAMPLES, EVALUATE_EXAMPLES, EXPLAIN_EXAMPLES, PORTFOLIO_EXAMPLES, RECONCILE_EXAMPLES, REPLAY_EXAMPLES, SHOW_EXAMPLES, START_EXAMPLES,
} from './help-texts.js';

const gather = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export function addPortfolioCommands(program: Command, bind: Bind): void {
  const portfolio = program.command('portfolio').description('keep portfolios rebalanced, on paper or live').addHelpText('before', PORTFOLIO_EXAMPLES);
  addCreate(portfolio, bind);
  addLists(portfolio, bind);
  addStates(portfolio, bind);
  addChanges(portfolio, bind);
  addReasons(portfolio, bind);
  addPlans(portfolio, bind);
}

const named = (portfolio: Command, name: string, description: string, examples = ''): Command =>
  portfolio.command(name).argument('<portfolio>', 'name or id').description(description).addHelpText('before', examples);

function addCreate(portfolio: Command, bind: Bind): void {
  portfolio
    .command('create')
    .argument('<name>')
    .description('create a portfolio')
    .addHelpText('before', CREATE_EXAMPLES)
    .requiredOption('--assets <list>', 'assets, in the order of the portfolio: HANA,AIA,XAN')
    .requiredOption('--capital <quantity>', 'quote currency that it gets: play money on paper, of the account where live')
    .option('--live', 'orders go to the exchange (default: paper)')
    .option('--quote <asset>', 'quote currency (default: USDT)')
    .option('--set <name=value>', 'one parameter; may be repeated', gather)
    .option('--order-type <type>', 'market (default) or ioc')
    .option('--max-slippage <fraction>', 'an order waits where the book is further off (default: 0.01)')
    .option('--max-price-move <fraction>', 'a plan ends where the price has moved further since it was decided (default: 0.02)')
    .option('--cap <name=value>', 'one limit, such as maxDrawdown=0.4; may be repeated', gather)
    .option('--start', 'start it at once (live with real money takes a command of its own)')
    .action(bind(async () => (await import('./create-command.js')).createPortfolio));
}

function addLists(portfolio: Command, bind: Bind): void {
  portfolio
    .command('ls')
    .description('list portfolios')
    .option('--mode <mode>', 'paper or live')
    .option('--state <state>', 'created, running, buys-paused, paused, stopped or deleted')
    .option('--limit <n>', 'portfolios on one page, at most 200')
    .option('--after <cursor>', 'the page after this one')
    .action(bind(async () => (await import('./list-command.js')).listPortfolios));
  named(portfolio, 'show', 'show what a portfolio holds and how far it is from trading', SHOW_EXAMPLES)
    .option('--watch', 'show it again and again until Ctrl-C')
    .option('--every <seconds>', 'with --watch: seconds between two looks (default: 2)')
    .action(bind(async () => (await import('./show-command.js')).showPortfolio));
}

function addStates(portfolio: Command, bind: Bind): void {
  named(portfolio, 'start', 'start it: the first plan buys it into equal weights', START_EXAMPLES)
    .option('--confirm <name=capital>', 'real money: its name and capital, said back')
    .option('--accept-unknown-withdrawal-right', 'real money: the exchange does not tell whether the key can withdraw, and you know that it cannot')
    .action(bind(async () => (await import('./state-commands.js')).startPortfolio));
  const acts = [
    ['pause-buys', 'sell where that is due, buy nothing'], ['pause', 'watch it, trade nothing'], ['resume', 'trade again'], ['stop', 'look at it no more; what it holds stays'],
  ] as const;
  for (const [act, description] of acts) {
    named(portfolio, act, description)
      .option('--reason <text>', 'why, for the record')
      .action(bind(async () => (await import('./state-commands.js')).changesState(act)));
  }
  named(portfolio, 'rm', 'delete a stopped portfolio; what it holds goes back to the account')
    .action(bind(async () => (await import('./state-commands.js')).deletePortfolio));
}

function addChanges(portfolio: Command, bind: Bind): void {
  named(portfolio, 'change', 'change assets, parameters, limits', CHANGE_EXAMPLES)
    .option('--assets <list>', 'assets from now on, in the order of the portfolio')
    .option('--set <name=value>', 'one parameter; may be repeated', gather)
    .option('--order-type <type>', 'market or ioc')
    .option('--max-slippage <fraction>', 'an order waits where the book is further off')
    .option('--max-price-move <fraction>', 'a plan ends where the price has moved further since it was decided')
    .option('--cap <name=value>', 'one limit; maxDrawdown=none lifts that one; may be repeated', gather)
    .option('--confirm <token>', 'the token of the preview')
    .action(bind(async () => (await import('./change-command.js')).changePortfolio));
  for (const [name, description] of [['deposit', 'give it more quote currency'], ['withdraw', 'take quote currency out of it']] as const) {
    portfolio.command(name).argument('<portfolio>', 'name or id').argument('<quantity>').description(description)
      .action(bind(async () => (await import('./funds-command.js')).movesFunds(name)));
  }
}

function addReasons(portfolio: Command, bind: Bind): void {
  named(portfolio, 'explain', 'tell why it trades or does not', EXPLAIN_EXAMPLES)
    .option('--at <time>', 'as it was then (default: now)')
    .action(bind(async () => (await import('./explain-command.js')).explainPortfolio));
  named(portfolio, 'evaluate', 'evaluate it now', EVALUATE_EXAMPLES)
    .option('-n, --dry-run', 'change nothing, show the plan')
    .action(bind(async () => (await import('./evaluate-command.js')).evaluatePortfolio));
  named(portfolio, 'reconcile', 'compare the books with the exchange', RECONCILE_EXAMPLES)
    .option('--timeout <seconds>', 'give up waiting after so long (default: 60)')
    .action(bind(async () => (await import('./reconcile-command.js')).reconcilePortfolio));
  named(portfolio, 'replay', "list how it differs from the backtest's engine", REPLAY_EXAMPLES)
    .option('--from <time>', 'first moment (default: the beginning)')
    .option('--to <time>', 'last moment (default: now)')
    .action(bind(async () => (await import('./replay-command.js')).replayPortfolio));
}

function addPlans(portfolio: Command, bind: Bind): void {
  named(portfolio, 'plans', 'list its plans, newest first')
    .option('--limit <n>', 'plans on one page (default: 50)')
    .action(bind(async () => (await import('./plans-command.js')).listPlans));
  const plan = portfolio.command('plan').description('look at one plan');
  plan.command('show').argument('<plan>').description('show its legs and orders')
    .action(bind(async () => (await import('./plans-command.js')).showPlan));
  plan.command('timeline').argument('<plan>').description('show all that happened to it, from its trigger to its end')
    .action(bind(async () => (await import('./plans-command.js')).showTimeline));
  plan.command('abandon').argument('<plan>').description('end a plan that waits for a person')
    .requiredOption('--reason <text>', 'why, for the record')
    .action(bind(async () => (await import('./plans-command.js')).abandonPlan));
}
