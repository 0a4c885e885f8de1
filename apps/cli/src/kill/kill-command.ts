import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { KillSwitch } from '#contracts';
import { HaltFile } from '#platform';
import type { CommandAction } from '../command-action.js';
import type { CliContext } from '../context.js';
import { openPortfoliosApi } from '../remote/open-api.js';
import type { PortfoliosApi } from '../remote/portfolios-api.js';
import { CliFailure, failure } from '../terminal/cli-failure.js';
import { EXIT, type ExitCode } from '../terminal/exit-codes.js';
import { minute } from '../terminal/figures.js';
import { renderTable, type Column } from '../terminal/table.js';

const COLUMNS: readonly Column[] = [{ title: 'SCOPE' }, { title: 'STATE' }, { title: 'SINCE' }, { title: 'BY' }, { title: 'REASON', isFlexible: true }];

/** An id is taken as it is: nothing else is asked for then, which might be away. */
const PORTFOLIO_ID = /^pf_[0-9A-Z]{26}$/;

interface KillOptions {
  readonly account?: string;
  readonly portfolio?: string;
  readonly reduceOnly?: boolean;
  readonly reason?: string;
  readonly file?: boolean;
}

/** `rebalancer kill` */
export const engageKillSwitch: CommandAction<KillOptions> = async (context, options) => {
  if (options.file === true) return writeHaltFile(context, options.reason);
  const { reduceOnly, reason } = options;
  const api = openPortfoliosApi(context);
  const engaged = await api.engage({ scope: await scopeOf(options, api), state: reduceOnly === true ? 'reduce-only' : 'halt', ...(reason !== undefined && { reason }) });
  if (context.terminal.isJson) context.terminal.document(engaged);
  else context.terminal.data(`${engaged.scope}: ${engaged.state}`);
  context.terminal.hint(`to go on: rebalancer kill release --scope ${engaged.scope} --reason TEXT, which compares the books first`);
  return EXIT.ok;
};

async function scopeOf({ account, portfolio }: KillOptions, api: PortfoliosApi): Promise<string> {
  if (account !== undefined && portfolio !== undefined) {
    throw failure('usage', { code: 'two-scopes', title: 'Wrong use', detail: '--account and --portfolio exclude each other; say one, or neither for everything' });
  }
  if (account !== undefined) return `account:${account}`;
  return portfolio === undefined ? 'all' : `portfolio:${PORTFOLIO_ID.test(portfolio) ? portfolio : (await api.show(portfolio)).id}`;
}

/** Where `npm start` tells the executor to look; elsewhere HALT_FILE says it. */
async function writeHaltFile({ settings, environment, terminal }: CliContext, reason = 'written by rebalancer kill --file'): Promise<ExitCode> {
  const file = resolve(environment.HALT_FILE || `${settings.dataDir}/HALT`);
  await new HaltFile(file).create(reason);
  if (terminal.isJson) terminal.document({ file });
  terminal.say(`wrote ${file}: executors that look there send nothing; to go on, remove it, then: rebalancer kill release --scope all --reason TEXT`);
  return EXIT.ok;
}

/** `rebalancer kill status` */
export const showKillSwitches: CommandAction<object> = async (context) => {
  const { terminal } = context;
  const switches = await openPortfoliosApi(context).killSwitches();
  if (terminal.isJson) terminal.document(switches);
  else if (switches.engaged.length === 0) terminal.say('no kill switch is engaged');
  else terminal.data(renderTable(COLUMNS, switches.engaged.map(rowOf), terminal));
  return EXIT.ok;
};

function rowOf({ scope, state, setAt, setBy, reason }: KillSwitch): string[] {
  return [scope, state, minute(setAt), setBy, reason];
}

/** Comparisons that stand in the way are asked for by the first try, and take a moment each. */
const RELEASE_TRIES = 20;
const RELEASE_PAUSE_MS = 1_000;

async function releaseOnceCompared(api: PortfoliosApi, request: { readonly scope: string; readonly reason: string }, tell: (text: string) => void): Promise<KillSwitch> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await api.release(request);
    } catch (error) {
      const isWaiting = error instanceof CliFailure && error.problem.code === 'account-unreconciled';
      if (!isWaiting || attempt === RELEASE_TRIES) throw error;
      if (attempt === 1) tell('comparing the books with the exchange first');
      await pause(RELEASE_PAUSE_MS);
    }
  }
}

/** `rebalancer kill release` */
export const releaseKillSwitch: CommandAction<{ readonly scope: string; readonly reason: string }> = async (context, request) => {
  const released = await releaseOnceCompared(openPortfoliosApi(context), request, (text) => context.terminal.say(text));
  if (context.terminal.isJson) context.terminal.document(released);
  else context.terminal.data(`${released.scope}: ${released.state}`);
  return EXIT.ok;
};
