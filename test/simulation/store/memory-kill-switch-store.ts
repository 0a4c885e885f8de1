import type { KillSwitch, KillSwitchStore, ReleaseOutcome, SwitchScope, TradingAccount } from '#application';
import { strictest, type TradingState } from '#domain';
import { keyOf, type MemoryDatabase } from './memory-database.js';
import type { PortfolioRow, SwitchRow } from './rows.js';

type Change = Pick<KillSwitch, 'scope' | 'state' | 'reason' | 'setBy' | 'setMs'>;

export class MemoryKillSwitchStore implements KillSwitchStore {
  constructor(private readonly database: MemoryDatabase) {}

  async engaged(): Promise<KillSwitch[]> {
    const engaged = this.database.indexes.currentSwitches('all').filter(({ state }) => state !== 'run');
    return engaged.map(toSwitch).toSorted((one, other) => (one.scope < other.scope ? -1 : 1));
  }

  async engage(wanted: Change & { readonly state: 'reduce-only' | 'halt' }): Promise<KillSwitch> {
    return this.database.transaction(() => {
      const current = this.currentOf(wanted.scope);
      return current !== null && standsAgainst(current, wanted) ? current : this.append(wanted, current);
    });
  }

  async release(scope: SwitchScope, by: string, reason: string, nowMs: number): Promise<ReleaseOutcome> {
    return this.database.transaction((): ReleaseOutcome => {
      const current = this.currentOf(scope);
      if (current === null || current.state === 'run') return { kind: 'not-set' };
      const accountIds = this.unreconciledSince(scope, current.setMs);
      if (accountIds.length > 0) return { kind: 'unreconciled', accountIds };
      return { kind: 'released', killSwitch: this.append({ scope, state: 'run', reason, setBy: by, setMs: nowMs }, current) };
    });
  }

  async history(limit: number): Promise<KillSwitch[]> {
    return [...this.database.switches.all()].toSorted(newestFirst).slice(0, limit).map(toSwitch);
  }

  private currentOf(scope: SwitchScope): KillSwitch | null {
    const [current] = this.database.indexes.currentSwitchOf(scope);
    return current === undefined ? null : toSwitch(current);
  }

  private append(change: Change, current: KillSwitch | null): KillSwitch {
    const { switches } = this.database;
    if (current !== null) switches.update(keyOf(current.scope, current.version), { isCurrent: false });
    const { scope, state, reason, setBy, setMs } = change;
    return toSwitch(switches.insert({ scope, state, reason, setBy, setMs, version: (current?.version ?? 0) + 1, isCurrent: true }));
  }

  /** Accounts that the switch concerns and whose books were not found equal by a comparison asked for after it was set. */
  private unreconciledSince(scope: SwitchScope, setMs: number): string[] {
    const { accounts, indexes } = this.database;
    const isReconciled = ({ id, mismatchSinceMs }: TradingAccount): boolean => mismatchSinceMs === null
      && indexes.reconciliationsSince(id, setMs).some(({ state, isEqual, requestedMs }) => state === 'done' && isEqual && requestedMs > setMs);
    const unreconciled = accounts.filter((account) => this.isConcerned(scope, account.id) && !isReconciled(account));
    return unreconciled.map(({ id }) => id).toSorted();
  }

  private isConcerned(scope: SwitchScope, accountId: string): boolean {
    if (scope.startsWith('account:')) return scope === `account:${accountId}`;
    const portfolios = this.database.indexes.portfoliosOfAccount(accountId).filter(({ id }) => scope === 'all' || scope === `portfolio:${id}`);
    return portfolios.some((portfolio) => this.canTrade(portfolio));
  }

  private canTrade({ id, state }: PortfolioRow): boolean {
    return (state !== 'stopped' && state !== 'deleted') || this.database.indexes.openPlansOfPortfolio(id).length > 0;
  }
}

const toSwitch = ({ scope, state, reason, setBy, setMs, version }: SwitchRow): KillSwitch => ({ scope, state, reason, setBy, setMs, version });

const newestFirst = (one: SwitchRow, other: SwitchRow): number =>
  other.setMs - one.setMs || (one.scope === other.scope ? other.version - one.version : one.scope < other.scope ? -1 : 1);

/** What is set is stricter, or the same for the same reason. */
function standsAgainst(current: KillSwitch, wanted: { readonly state: TradingState; readonly reason: string }): boolean {
  if (current.state === wanted.state) return current.reason === wanted.reason;
  return strictest([current.state, wanted.state]) === current.state;
}
