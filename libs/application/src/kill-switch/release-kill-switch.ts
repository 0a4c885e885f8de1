import type { AccountStore } from '../accounts/account-store.port.js';
import { NO_FAILPOINT, type Failpoint } from '../failpoints/failpoint.js';
import type { Clock, IdSource } from '../ports/clock.port.js';
import type { EventLog } from '../ports/event-log.port.js';
import type { KillSwitch, KillSwitchStore, SwitchScope } from './kill-switch-store.port.js';

export interface ReleaseCommand {
  readonly scope: SwitchScope;
  readonly reason: string;
  readonly by: string;
}

export type ReleaseResult =
  | { readonly kind: 'released'; readonly killSwitch: KillSwitch }
  | { readonly kind: 'not-set' }
  /** The comparisons that stand in the way have been asked for; once they find the books equal, the same request releases. */
  | { readonly kind: 'unreconciled'; readonly runs: readonly { readonly accountId: string; readonly runId: string }[] };

export interface ReleaseKillSwitchParts {
  readonly store: Pick<KillSwitchStore, 'release'>;
  readonly accounts: Pick<AccountStore, 'requestReconciliation' | 'reconciliations'>;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Called after the commit: the outbox has new jobs. */
  readonly onQueued: () => void;
  readonly failpoint?: Failpoint;
  readonly log: EventLog;
}

export class ReleaseKillSwitch {
  constructor(private readonly parts: ReleaseKillSwitchParts) {}

  /** @throws StoreFailure */
  async run({ scope, reason, by }: ReleaseCommand): Promise<ReleaseResult> {
    const { store, clock, log } = this.parts;
    const outcome = await store.release(scope, by, reason, clock.nowMs());
    if (outcome.kind === 'released') log.warn({ event: 'kill-switch-released', scope, by, reason }, 'Released a kill switch');
    return outcome.kind === 'unreconciled' ? { kind: 'unreconciled', runs: await this.askFor(outcome.accountIds) } : outcome;
  }

  private async askFor(accountIds: readonly string[]): Promise<{ readonly accountId: string; readonly runId: string }[]> {
    const runs: { accountId: string; runId: string }[] = [];
    for (const accountId of accountIds) runs.push({ accountId, runId: await this.runOf(accountId) });
    const { failpoint = NO_FAILPOINT, onQueued } = this.parts;
    await failpoint('api.after_outbox_commit');
    onQueued();
    return runs;
  }

  /** Whoever asks again and again gets the comparison that waits already. */
  private async runOf(accountId: string): Promise<string> {
    const { accounts, clock, ids } = this.parts;
    const [newest] = await accounts.reconciliations(accountId, 1);
    if (newest?.state === 'requested' && newest.cause === 'kill-switch') return newest.id;
    const id = ids.next('rc');
    await accounts.requestReconciliation({ id, accountId, cause: 'kill-switch', requestedMs: clock.nowMs() });
    return id;
  }
}
