import type { Failpoint } from '../failpoints/failpoint.js';
import type { Clock } from '../ports/clock.port.js';
import type { EventLog } from '../ports/event-log.port.js';
import type { BookingRequest, BookingResult, ExecutionStore } from './execution-store.port.js';
import type { VenueReactions } from './venue-reactions.port.js';

export interface BookFillsParts {
  readonly store: Pick<ExecutionStore, 'book'>;
  readonly reactions: VenueReactions;
  readonly clock: Clock;
  readonly failpoint: Failpoint;
  readonly log: EventLog;
}

/** Puts fills into the books, wherever they were learned of: from an order's look-up or from the account's sweep. */
export class BookFills {
  constructor(private readonly parts: BookFillsParts) {}

  /** More filled than was ordered halts the account: the venue, or we, did something twice. @throws StoreFailure */
  async book(request: Omit<BookingRequest, 'nowMs'>): Promise<BookingResult> {
    const { store, clock, failpoint } = this.parts;
    await failpoint('exec.after_trades_fetch');
    const result = await store.book({ ...request, nowMs: clock.nowMs() });
    await failpoint('exec.after_fill_commit');
    if (result.overfilled.length > 0) await this.haltOver(request, result.overfilled);
    return result;
  }

  private async haltOver({ accountId, marketId }: Omit<BookingRequest, 'nowMs'>, intentIds: readonly string[]): Promise<void> {
    const { reactions, log } = this.parts;
    log.error({ event: 'overfilled', accountId, marketId, intentIds }, 'More was filled than was ordered');
    await reactions.react(accountId, marketId, 'halt-account', `more was filled than was ordered for ${intentIds.join(', ')}`, null);
  }
}
