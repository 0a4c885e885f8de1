import type { AccountStore } from '../accounts/account-store.port.js';
import type { ExecutionStore } from '../execution/execution-store.port.js';
import type { ExecutionVenue } from '../execution/execution-venue.port.js';
import type { Clock } from '../ports/clock.port.js';
import type { EventLog } from '../ports/event-log.port.js';
import type { Refusal } from '../ports/trading.port.js';
import type { RefusalReactions } from './account-books.js';

const BREAKER_MS = 600_000;
const COOL_DOWN_MS = 3_600_000;
/** Longer than an ingestor needs to see what the venue says of the market, by which it is judged from then on. */
const DISABLED_MS = 86_400_000;
/** Refusals of a kind that concerns more than one order, within this time, halt the account. */
const REPEATED_WITHIN_MS = 3_600_000;

/** Orders of unknown fate within a minute that open the breaker: the venue fails, and not one order. */
const UNKNOWN_LIMIT = { count: 5, withinMs: 60_000 };

export interface VenueReactionsParts {
  readonly accounts: Pick<AccountStore, 'halt' | 'openBreaker'>;
  readonly store: Pick<ExecutionStore, 'quarantine'>;
  readonly clock: Clock;
  readonly log: EventLog;
  /** Has the balances of an account compared soon. Must not throw. */
  readonly compareSoon: (accountId: string) => void;
}

/** What a refusal asks for beside ending or repeating its attempt: halts, breakers, markets put aside, clocks read anew. */
export class VenueReactions implements RefusalReactions {
  private readonly lastCoolDownMs = new Map<string, number>();
  private readonly unknownMs = new Map<string, readonly number[]>();

  constructor(private readonly parts: VenueReactionsParts) {}

  async react(venue: ExecutionVenue, marketId: string, refusal: Refusal): Promise<void> {
    const { accountId } = venue;
    const because = `${refusal.code === null ? '' : `code ${refusal.code}: `}${refusal.message}`.slice(0, 500);
    switch (refusal.reaction) {
      case 'none':
      case 'wait': // The attempt itself does, for as long as the venue asks.
        return;
      case 'resync-clock':
        return venue.resyncClock().catch((error: unknown) => this.warn('clock-not-read', venue, marketId, String(error)));
      case 'open-breaker':
        return this.openBreaker(venue, because, refusal.retryAfterMs);
      case 'reconcile-balances':
        return this.parts.compareSoon(accountId);
      case 'refresh-rules': // The ingestor reads them every ten minutes, and whoever decides reads what it stored.
        return this.warn('rules-outdated', venue, marketId, because);
      case 'disable-market':
        return this.setAside(venue, marketId, DISABLED_MS, because);
      case 'cool-down-market':
        return this.coolDown(venue, marketId, because);
      case 'halt-account':
        return this.halt(venue, because);
    }
  }

  async noteUnknown(venue: ExecutionVenue, marketId: string, because: string): Promise<void> {
    const nowMs = this.parts.clock.nowMs();
    const recent = [...(this.unknownMs.get(venue.accountId) ?? []), nowMs].filter((ms) => nowMs - ms < UNKNOWN_LIMIT.withinMs);
    this.unknownMs.set(venue.accountId, recent);
    this.warn('order-unknown', venue, marketId, because);
    if (recent.length >= UNKNOWN_LIMIT.count) await this.openBreaker(venue, `${recent.length} orders of unknown fate within a minute: ${because}`, null);
  }

  private async openBreaker({ accountId }: ExecutionVenue, reason: string, retryAfterMs: number | null): Promise<void> {
    const { accounts, clock, log } = this.parts;
    const nowMs = clock.nowMs();
    const openUntilMs = nowMs + Math.max(BREAKER_MS, retryAfterMs ?? 0);
    await accounts.openBreaker({ key: `account:${accountId}`, openUntilMs, reason }, nowMs);
    log.error({ event: 'breaker-opened', accountId, openUntilMs, reason }, 'Sends nothing for the account for a while');
  }

  /** A second market in the same hour: it is the account. */
  private async coolDown(venue: ExecutionVenue, marketId: string, reason: string): Promise<void> {
    const nowMs = this.parts.clock.nowMs();
    const lastMs = this.lastCoolDownMs.get(venue.accountId);
    this.lastCoolDownMs.set(venue.accountId, nowMs);
    await this.setAside(venue, marketId, COOL_DOWN_MS, reason);
    if (lastMs !== undefined && nowMs - lastMs < REPEATED_WITHIN_MS) await this.halt(venue, `twice within an hour: ${reason}`);
  }

  private async setAside(venue: ExecutionVenue, marketId: string, durationMs: number, reason: string): Promise<void> {
    await this.parts.store.quarantine(venue.accountId, marketId, this.parts.clock.nowMs() + durationMs, reason);
    this.warn('market-set-aside', venue, marketId, reason);
  }

  private async halt({ accountId }: ExecutionVenue, reason: string): Promise<void> {
    const { accounts, clock, log } = this.parts;
    log.error({ event: 'account-halted', accountId, reason }, 'Halts the account until a person says so');
    await accounts.halt(accountId, reason, clock.nowMs());
  }

  private warn(event: string, { accountId }: ExecutionVenue, marketId: string, reason: string): void {
    this.parts.log.warn({ event, accountId, marketId, reason }, 'The venue refused an order for a reason of its own');
  }
}
