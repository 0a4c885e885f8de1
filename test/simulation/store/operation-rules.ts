import { check, refuse } from './refused.js';
import type { ReconciliationRow } from './rows.js';
import type { Tables } from './tables.js';

const LONGEST_REASON = 2_000;
const SCOPE = /^(?:all|(?:account|portfolio):[a-zA-Z0-9_-]{1,64})$/u;

/** What libs/persistence/src/migrations/trading/operations.ts checks, and of accounts and portfolios what nobody else does. */
export function installOperationRules({ accounts, portfolios, reconciliations, switches, breakers }: Tables): void {
  accounts.watch(({ openOrderCount }) => check(openOrderCount >= 0, 'a count of orders is not below zero'));
  portfolios.watch(({ capital }) => check(!capital.startsWith('-'), 'a capital is not below zero'));
  reconciliations.watch(checkReconciliation);
  switches.watch(({ scope, reason }) => {
    check(SCOPE.test(scope), 'a switch is of all, an account or a portfolio');
    check(reason.length >= 1 && Array.from(reason).length <= LONGEST_REASON, 'a switch has a reason, which is no novel');
  });
  breakers.watch(({ reason }) => check(Array.from(reason).length <= LONGEST_REASON, 'a reason is no novel'));
}

function checkReconciliation({ state, isEqual, finishedMs, differences, problem }: ReconciliationRow): void {
  const isRight = (state === 'requested') === (finishedMs === null)
    && (state === 'done') === (isEqual !== null)
    && (isEqual === null || isEqual === (differences.length === 0))
    && Array.from(problem ?? '').length <= LONGEST_REASON;
  if (!isRight) refuse('broken: a reconciliation says what it found when it is done, and nothing else');
}
