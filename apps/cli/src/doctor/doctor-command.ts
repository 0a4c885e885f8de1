import type { CommandAction } from '../command-action.js';
import { openApiClient } from '../remote/open-api.js';
import { EXIT } from '../terminal/exit-codes.js';
import type { Colors, Terminal } from '../terminal/terminal.js';
import type { CliContext } from '../context.js';
import type { CheckResult, CheckStatus } from './check.js';
import { checkBuild, checkDisk, checkNode, checkRuntimeFile, checkTokenFile } from './local-checks.js';

export const runDoctor: CommandAction<object> = async (context) => {
  const checks = await allChecks(context);
  const failures = checks.filter(({ status }) => status === 'failed');
  if (context.terminal.isJson) context.terminal.document({ ok: failures.length === 0, checks });
  else printChecks(checks, context.terminal);
  return failures.length === 0 ? EXIT.ok : EXIT.unexpected;
};

async function allChecks(context: CliContext): Promise<readonly CheckResult[]> {
  const { root, settings } = context;
  const { checkAccess, checkApi, checkDatabase } = await import('./service-checks.js');
  const { checkRedis } = await import('./redis-check.js');
  const local = [
    checkNode(process.versions.node),
    checkBuild(root),
    checkDisk(root, settings.dataDir),
    checkRuntimeFile(settings),
    checkTokenFile(settings),
  ];
  const services = await Promise.all([
    checkDatabase(settings),
    checkRedis(settings),
    checkApi(settings.api),
    checkAccess(openApiClient(context)),
  ]);
  return [...local, ...services.flat()];
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
