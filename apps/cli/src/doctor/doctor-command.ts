import type { CommandAction } from '../command-action.js';
import { openApiClient } from '../remote/open-api.js';
import { EXIT } from '../terminal/exit-codes.js';
import type { Colors, Terminal } from '../terminal/terminal.js';
import type { CliContext } from '../context.js';
import { exchangeSetting, type ExchangeSetting } from '../settings/exchange-setting.js';
import type { CheckResult, CheckStatus } from './check.js';
import { checkExchange, type ExchangeQuestions } from './exchange-checks.js';
import type { Access } from './service-checks.js';
import { checkBuild, checkDisk, checkNode, checkRuntimeFile, checkTokenFile } from './local-checks.js';

export interface DoctorOptions {
  /** Comma-separated. */
  readonly assets?: string;
  readonly quote?: string;
}

export const runDoctor: CommandAction<DoctorOptions> = async (context, options) => {
  const checks = await allChecks(context, options);
  const failures = checks.filter(({ status }) => status === 'failed');
  if (context.terminal.isJson) context.terminal.document({ ok: failures.length === 0, checks });
  else printChecks(checks, context.terminal);
  return failures.length === 0 ? EXIT.ok : EXIT.unexpected;
};

async function allChecks(context: CliContext, options: DoctorOptions): Promise<readonly CheckResult[]> {
  const { root, settings } = context;
  const [{ checkAccess, checkApi, checkDatabase }, { checkRedis }] = await Promise.all([import('./service-checks.js'), import('./redis-check.js')]);
  const local = [
    checkNode(process.versions.node),
    checkBuild(root),
    checkDisk(root, settings.dataDir),
    checkRuntimeFile(settings),
    checkTokenFile(settings),
  ];
  const [database, redis, api, access] = await Promise.all([
    checkDatabase(settings),
    checkRedis(settings),
    checkApi(settings.api),
    checkAccess(openApiClient(context)),
  ]);
  const exchange = await checkExchange(context, questionsOf(options, access.series, exchangeSetting(settings.exchange)));
  return [...local, ...database, ...redis, ...api, ...access.checks, ...exchange];
}

/** Assets named on the command line, or those whose candles of this exchange are stored. */
function questionsOf(options: DoctorOptions, series: Access['series'], exchange: ExchangeSetting): ExchangeQuestions {
  const quote = (options.quote ?? 'USDT').toUpperCase();
  const named = (options.assets ?? '').split(',').map((asset) => asset.trim().toUpperCase()).filter((asset) => asset !== '');
  if (named.length > 0) return { assets: named.map((asset) => ({ asset, quote })), isAskedFor: true };
  const stored = exchange.kind === 'known' ? series.filter((one) => one.exchange === exchange.venue) : [];
  const markets = new Map(stored.map((one) => [`${one.base}/${one.quote}`, { asset: one.base, quote: one.quote }]));
  return { assets: [...markets.values()], isAskedFor: false };
}

const SIGNS: Readonly<Record<CheckStatus, { readonly sign: string; readonly color: 'green' | 'red' | 'yellow' | 'dim' }>> = {
  ok: { sign: '✓', color: 'green' },
  failed: { sign: '✗', color: 'red' },
  warning: { sign: '!', color: 'yellow' },
  skipped: { sign: '-', color: 'dim' },
};

function printChecks(checks: readonly CheckResult[], terminal: Terminal): void {
  const width = Math.max(...checks.map(({ name }) => name.length));
  terminal.data(checks.map((check) => linesOf(check, width, terminal.colors)).join('\n'));
  const count = checks.filter(({ status }) => status === 'failed').length;
  terminal.say(count === 0 ? 'nothing failed' : `${count} of ${checks.length} checks failed`);
}

function linesOf({ name, status, detail, fix }: CheckResult, width: number, colors: Colors): string {
  const { sign, color } = SIGNS[status];
  const line = `${colors[color](sign)} ${name.padEnd(width)}  ${detail}`;
  return fix ? `${line}\n  ${' '.repeat(width)}  fix: ${colors.bold(fix)}` : line;
}
