import { postingsOfFill } from '#domain';
import type { AccountStore } from '../accounts/account-store.port.js';
import type { Failpoint } from '../failpoints/failpoint.js';
import type { Clock } from '../ports/clock.port.js';
import type { EventLog } from '../ports/event-log.port.js';
import type { VenueFill } from '../ports/trading.port.js';
import type { BookingRequest, BookingResult, ExecutionStore, FillBooking } from './execution-store.port.js';

/** An attempt by which fills are known. */
export interface FillOwner {
  readonly clientOrderId: string;
  readonly venueOrderId: string | null;
  readonly portfolioId: string;
}

/**
 * Whose each fill is: of the attempt whose id the venue tells with it, else of the one whose order it was. What nobody here
 * ordered is the account's own, and belongs to no portfolio.
 */
export function attributeFills(fills: readonly VenueFill[], owners: readonly FillOwner[], market: { readonly base: string; readonly quote: string }): readonly FillBooking[] {
  const byClientId = new Map(owners.map((owner) => [owner.clientOrderId, owner]));
  const byVenueId = new Map(owners.flatMap((owner) => (owner.venueOrderId === null ? [] : [[owner.venueOrderId, owner] as const])));
  return fills.map((fill) => {
    const owner = byClientId.get(fill.clientOrderId ?? '') ?? byVenueId.get(fill.venueOrderId) ?? null;
    const holder = owner === null ? ({ kind: 'unassigned' } as const) : ({ kind: 'portfolio', portfolioId: owner.portfolioId } as const);
    return {
      fill, ...market,
      clientOrderId: owner?.clientOrderId ?? null,
      portfolioId: owner?.portfolioId ?? null,
      postings: postingsOfFill(fill, market, holder),
    };
  });
}

export interface BookFillsParts {
  readonly store: Pick<ExecutionStore, 'book'>;
  readonly accounts: Pick<AccountStore, 'halt'>;
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
    const { accounts, clock, log } = this.parts;
    log.error({ event: 'overfilled', accountId, marketId, intentIds }, 'More was filled than was ordered');
    await accounts.halt(accountId, `more was filled than was ordered for ${intentIds.join(', ')}`, clock.nowMs());
  }
}
