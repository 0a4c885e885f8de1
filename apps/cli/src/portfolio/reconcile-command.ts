import { setTimeout as pause } from 'node:timers/promises';
import type { Reconciliation } from '#contracts';
import { timeoutOption } from '../backtest/wait-for-run.js';
import type { CommandAction } from '../command-action.js';
import { openPortfoliosApi } from '../remote/open-api.js';
import type { PortfoliosApi } from '../remote/portfolios-api.js';
import { failure } from '../terminal/cli-failure.js';
import { EXIT, type ExitCode } from '../terminal/exit-codes.js';
import { duration } from '../terminal/figures.js';
import { renderTable, type Column } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';

const USUAL_TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 250;
const COLUMNS: readonly Column[] = [{ title: 'ASSET' }, { title: 'BY THE BOOKS', align: 'right' }, { title: 'AT THE EXCHANGE', align: 'right' }];

/** `rebalancer portfolio reconcile`: asks the executor, which alone holds the key, and waits for what it found. */
export const reconcilePortfolio: CommandAction<{ readonly timeout?: string }> = async (context, { timeout }, [key = '']) => {
  const { terminal } = context;
  const api = openPortfoliosApi(context);
  const run = await untilFinished(api, await api.reconcile(key), timeoutOption(timeout) ?? USUAL_TIMEOUT_MS);
  if (terminal.isJson) terminal.document(run);
  else tell(run, terminal);
  return exitCodeOf(run);
};

async function untilFinished(api: PortfoliosApi, requested: Reconciliation, timeoutMs: number): Promise<Reconciliation> {
  const looks = Math.ceil(timeoutMs / LOOK_EVERY_MS);
  let run = requested;
  for (let look = 0; look < looks && run.state === 'requested'; look++) {
    await pause(LOOK_EVERY_MS);
    run = await api.reconciliation(run.id);
  }
  if (run.state !== 'requested') return run;
  const detail = `${run.id} was not done within ${duration(timeoutMs)}; is an executor with the account's key running?`;
  throw failure('waitTimeout', { code: 'wait-timeout', title: 'Waited long enough', detail, remedy: 'rebalancer doctor' });
}

function exitCodeOf({ state, isEqual }: Reconciliation): ExitCode {
  if (state === 'failed') return EXIT.unavailable;
  return isEqual === true ? EXIT.ok : EXIT.runFailed;
}

function tell({ accountId, state, isEqual, assets, differences, problem }: Reconciliation, terminal: Terminal): void {
  if (state === 'failed') return terminal.warn(`${accountId} could not be compared: ${problem ?? 'no reason given'}`);
  if (isEqual === true) return terminal.data(`${accountId}: the books equal the exchange, ${assets ?? 0} assets`);
  terminal.data(renderTable(COLUMNS, differences.map(({ asset, booked, venue }) => [asset, booked, venue]), terminal));
  terminal.warn(`${accountId}: the books differ from the exchange in ${differences.length} of ${assets ?? 0} assets${problem === null ? '' : `: ${problem}`}`);
}
