import type { PortfolioStore } from '../portfolios/portfolio-store.port.js';
import type { AccountStore } from '../accounts/account-store.port.js';
import { NO_FAILPOINT, type Failpoint } from '../failpoints/failpoint.js';
import type { Clock } from '../ports/clock.port.js';
import type { EventLog } from '../ports/event-log.port.js';
import type { KillSwitch, KillSwitchStore, SwitchScope } from './kill-switch-store.port.js';

export interface EngageCommand {
  readonly scope: SwitchScope;
  readonly state: 'reduce-only' | 'halt';
  readonly reason: string;
  readonly by: string;
}

export type EngageOutcome =
  /** What holds now: this, or what was stricter already. */
  | { readonly kind: 'engaged'; readonly killSwitch: KillSwitch }
  /** Nothing was stopped: whoever believes that must be told. */
  | { readonly kind: 'unknown-scope' };

export interface EngageKillSwitchParts {
  readonly store: Pick<KillSwitchStore, 'engage'>;
  readonly accounts: Pick<AccountStore, 'find'>;
  readonly portfolios: Pick<PortfolioStore, 'find'>;
  readonly clock: Clock;
  readonly failpoint?: Failpoint;
  readonly log: EventLog;
}

export class EngageKillSwitch {
  constructor(private readonly parts: EngageKillSwitchParts) {}

  /** When it has resolved, no order is claimed any more that the switch forbids. @throws StoreFailure */
  async run({ scope, state, reason, by }: EngageCommand): Promise<EngageOutcome> {
    const { store, clock, failpoint = NO_FAILPOINT, log } = this.parts;
    if (!(await this.isKnown(scope))) return { kind: 'unknown-scope' };
    const killSwitch = await store.engage({ scope, state, reason, setBy: by, setMs: clock.nowMs() });
    await failpoint('kill.after_commit');
    log.warn({ event: 'kill-switch-engaged', scope, state: killSwitch.state, by, reason }, 'Engaged a kill switch');
    return { kind: 'engaged', killSwitch };
  }

  private async isKnown(scope: SwitchScope): Promise<boolean> {
    if (scope === 'all') return true;
    const id = scope.slice(scope.indexOf(':') + 1);
    if (scope.startsWith('account:')) return (await this.parts.accounts.find(id)) !== null;
    // By id alone: orders are looked at by it.
    return (await this.parts.portfolios.find(id))?.id === id;
  }
}
