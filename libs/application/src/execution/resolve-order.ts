import { countsAsVote, isSameNumber, judgeUnknown, sumOf, DEAD_RULE, type UnknownVerdict } from '#domain';
import type { OrderLookup, VenueFill, VenueOrder } from '../ports/trading.port.js';
import { VenueFailure } from '../ports/venue-failure.js';
import type { AdvanceOrderParts } from './advance-parts.js';
import { attributeFills } from './book-fills.js';
import type { ExecutionLook } from './execution-look.js';
import type { ExecutionVenue } from './execution-venue.port.js';
import { afterChange, changeOf, growingDelayMs, type HeldChange, type HeldOrder } from './held-order.js';

export const RESOLVE_LIMITS = {
  /** Pauses before the looks of one go: 0, 100, 300, 700 and 1500 ms after the first. Most orders are told of at once. */
  pausesMs: [0, 100, 200, 400, 800],
  /** Nothing that we send may rest: what is still open then is canceled. */
  cancelAfterMs: 5_000,
  /** Fills may be dated a little before the time that was signed. */
  fillsBeforeMs: 5_000,
} as const;

type Step = ExecutionLook | { readonly kind: 'on'; readonly held: HeldOrder; readonly reason: string };

/** Asks the venue what became of an order that it may have, until its end is in the books. */
export class ResolveOrder {
  constructor(private readonly parts: AdvanceOrderParts) {}

  async resolve(first: HeldOrder, venue: ExecutionVenue): Promise<ExecutionLook> {
    let [held, reason] = [first, ''];
    try {
      for (const pauseMs of RESOLVE_LIMITS.pausesMs) {
        if (pauseMs > 0) await this.parts.timer.pause(pauseMs);
        const step = await this.lookOnce(held, venue);
        if (step.kind !== 'on') return step;
        ({ held, reason } = step);
      }
      return await this.later(held, reason);
    } catch (error) {
      if (!(error instanceof VenueFailure)) throw error;
      return this.later(held, `the venue does not tell: ${error.message}`);
    }
  }

  private async lookOnce(held: HeldOrder, venue: ExecutionVenue): Promise<Step> {
    const found: OrderLookup = await venue.trading.order(held.intent.marketId, held.attempt.clientOrderId);
    if (found.kind === 'not-found') return this.notFound(held, venue);
    const adopted = held.attempt.state === 'acked' ? held : await this.adopt(held, found.order);
    if (adopted === null) return this.leaseLost(held);
    if (found.order.status !== 'open') return this.conclude(adopted, found.order, venue);
    await this.cancelWhereResting(adopted, found.order, venue);
    return { kind: 'on', held: adopted, reason: 'the order is still open' };
  }

  /** Evidence wins over whatever was concluded without it. */
  private async adopt(held: HeldOrder, order: VenueOrder): Promise<HeldOrder | null> {
    const { intent, attempt } = held;
    const isLate = attempt.state !== 'unknown';
    this.parts.log[isLate ? 'warn' : 'info'](
      { event: isLate ? 'late-accept' : 'order-found', intentId: intent.id, clientOrderId: attempt.clientOrderId, venueOrderId: order.venueOrderId, was: attempt.state },
      'The venue has an order of which nothing was known',
    );
    return this.change(held, { attemptTo: 'acked', event: 'found', venueOrderId: order.venueOrderId, releaseLease: false, nextActionMs: this.parts.clock.nowMs() });
  }

  private async cancelWhereResting({ intent, attempt }: HeldOrder, order: VenueOrder, venue: ExecutionVenue): Promise<void> {
    const exchangeNowMs = venue.exchangeNowMs();
    if (exchangeNowMs === null || exchangeNowMs - order.createdMs <= RESOLVE_LIMITS.cancelAfterMs) return;
    this.parts.log.warn({ event: 'order-resting', intentId: intent.id, clientOrderId: attempt.clientOrderId }, 'An order that should not rest is open: it is canceled');
    await venue.trading.cancel(intent.marketId, attempt.clientOrderId);
  }

  /** The intent ends only once every fill that the venue counts is in the books. */
  private async conclude(held: HeldOrder, order: VenueOrder, venue: ExecutionVenue): Promise<Step> {
    const { marketId } = held.intent;
    const fills = await this.fillsOf(held, order, venue);
    if (!isSameNumber(sumOf(fills.map(({ quantity }) => quantity)), order.filledQuantity)) {
      return { kind: 'on', held, reason: `the venue tells ${fills.length} fills, which do not come to the ${order.filledQuantity} that it says were filled` };
    }
    if (fills.length > 0) {
      const { intent: { portfolioId, base }, attempt: { clientOrderId }, quote } = held;
      const owner = { clientOrderId, venueOrderId: order.venueOrderId, portfolioId };
      await this.parts.books.book({ accountId: venue.accountId, marketId, fills: attributeFills(fills, [owner], { base, quote }) });
    }
    const event = order.status === 'filled' ? 'filled' : fills.length > 0 ? 'partly-filled' : 'ended-unfilled';
    return this.end(held, { attemptTo: 'done', event });
  }

  private async fillsOf({ intent, attempt }: HeldOrder, order: VenueOrder, venue: ExecutionVenue): Promise<readonly VenueFill[]> {
    if (order.status === 'canceled' && isSameNumber(order.filledQuantity, '0')) return [];
    const since = await venue.trading.fillsSince(intent.marketId, attempt.signMs - RESOLVE_LIMITS.fillsBeforeMs);
    return since.filter(({ venueOrderId }) => venueOrderId === order.venueOrderId);
  }

  private async notFound(held: HeldOrder, venue: ExecutionVenue): Promise<Step> {
    const { attempt, intent } = held;
    // Its look-up may lag behind its word.
    if (attempt.state === 'acked') return { kind: 'on', held, reason: 'the venue took the order and does not find it yet' };
    if (attempt.state !== 'unknown') return this.letGo(held);
    const serverNowMs = venue.exchangeNowMs();
    if (serverNowMs === null || !countsAsVote(attempt.signMs, attempt.receiveWindowMs, serverNowMs)) {
      return { kind: 'on', held, reason: 'not found, which says nothing before its window has closed' };
    }
    const verdict = await this.judge(held, venue, serverNowMs);
    if (verdict.kind === 'dead') return this.declareDead(held);
    if (intent.state === 'needs-human') return this.letGo(held, true);
    return verdict.kind === 'needs-human' ? this.callPerson(held, venue) : this.wait(held, verdict.untilMs - serverNowMs);
  }

  /** The dear questions are asked only where the cheap ones leave nothing but them. */
  private async judge(held: HeldOrder, venue: ExecutionVenue, serverNowMs: number): Promise<UnknownVerdict> {
    const clean = { isInOpenOrders: false, hasTradeSince: false, isBalanceUnchanged: true };
    const verdict = judgeUnknown({ ...this.withVote(held, serverNowMs), ...clean });
    if (verdict.kind !== 'dead') return verdict;
    await venue.resyncClock();
    const freshNowMs = venue.exchangeNowMs();
    if (freshNowMs === null) return { kind: 'wait', untilMs: serverNowMs + 1_000 };
    return judgeUnknown({ ...this.withVote(held, freshNowMs), ...(await this.evidence(held, venue)) });
  }

  /** With this answer counted, and our times put on the venue's clock. */
  private withVote({ attempt }: HeldOrder, serverNowMs: number): Pick<Parameters<typeof judgeUnknown>[0], 'attempt' | 'serverNowMs' | 'limits'> {
    const { signMs, receiveWindowMs, notFoundVotes, firstVoteMs, createdMs } = attempt;
    const { clock, deadSpreadMs: minSpreadMs = DEAD_RULE.minSpreadMs } = this.parts;
    const nowMs = clock.nowMs();
    const aheadMs = serverNowMs - nowMs;
    return { limits: { minSpreadMs }, attempt: { signMs, receiveWindowMs, notFoundVotes: notFoundVotes + 1, firstVoteMs: (firstVoteMs ?? nowMs) + aheadMs, createdMs: createdMs + aheadMs }, serverNowMs };
  }

  private async evidence({ intent, attempt, quote }: HeldOrder, venue: ExecutionVenue): Promise<{ isInOpenOrders: boolean; hasTradeSince: boolean; isBalanceUnchanged: boolean }> {
    const { accountBooks } = this.parts;
    const open = await venue.trading.openOrders(intent.marketId);
    const fills = await venue.trading.fillsSince(intent.marketId, attempt.signMs - RESOLVE_LIMITS.fillsBeforeMs);
    return {
      isInOpenOrders: open.some(({ clientOrderId }) => clientOrderId === attempt.clientOrderId),
      hasTradeSince: await this.mayBeOf(attempt.clientOrderId, intent.marketId, fills, venue),
      isBalanceUnchanged: await accountBooks.isBalanceUnchanged(venue.accountId, [intent.base, quote]),
    };
  }

  /** A fill that is told without our id, and that nobody has booked, may be the order's. */
  private async mayBeOf(clientOrderId: string, marketId: string, fills: readonly VenueFill[], venue: ExecutionVenue): Promise<boolean> {
    if (fills.some((fill) => fill.clientOrderId === clientOrderId)) return true;
    const nameless = fills.filter((fill) => fill.clientOrderId === null).map(({ venueTradeId }) => venueTradeId);
    if (nameless.length === 0) return false;
    const known = await this.parts.store.knownTrades(venue.accountId, marketId, nameless);
    return nameless.some((tradeId) => !known.has(tradeId));
  }

  private declareDead(held: HeldOrder): Promise<Step> {
    const { clock, log } = this.parts;
    const { intent, attempt } = held;
    log.warn({ event: 'order-dead', intentId: intent.id, clientOrderId: attempt.clientOrderId, votes: attempt.notFoundVotes + 1 }, 'An order never came to be, as far as can be proven');
    return this.end(held, { attemptTo: 'dead', event: 'declared-dead', vote: true, reason: 'the venue never had it: asked several times after it could no longer be accepted', quarantineUntilMs: clock.nowMs() + DEAD_RULE.quarantineMs });
  }

  private async callPerson(held: HeldOrder, venue: ExecutionVenue): Promise<Step> {
    const { clock, log, accounts } = this.parts;
    const { clientOrderId } = held.attempt;
    const reason = `after ${DEAD_RULE.humanAfterMs / 60_000} min nobody can say what became of the order ${clientOrderId}`;
    log.error({ event: 'order-unresolved', intentId: held.intent.id, clientOrderId }, 'An order stays unknown: a person has to look');
    await accounts.halt(venue.accountId, reason, clock.nowMs());
    return this.end(held, { event: 'unresolved', vote: true, reason });
  }

  private async end(held: HeldOrder, change: Omit<HeldChange, 'releaseLease' | 'nextActionMs' | 'jobs'>): Promise<Step> {
    const { jobs, onQueued } = this.parts;
    const ended = await this.change(held, { ...change, releaseLease: true, nextActionMs: null, jobs: [jobs.planAfterLeg(held.intent)] });
    if (ended === null) return this.leaseLost(held);
    onQueued();
    return { kind: 'done' };
  }

  /** Nothing new came to light: it stays as it was concluded. */
  private async letGo(held: HeldOrder, vote = false): Promise<Step> {
    await this.change(held, { vote, releaseLease: true, nextActionMs: null });
    return { kind: 'done' };
  }

  private async wait(held: HeldOrder, delayMs: number): Promise<Step> {
    const atMs = this.parts.clock.nowMs() + Math.max(delayMs, 1_000);
    const waiting = await this.change(held, { vote: true, releaseLease: true, nextActionMs: atMs });
    return waiting === null ? this.leaseLost(held) : { kind: 'again', atMs, reason: 'not found, once more' };
  }

  private async later(held: HeldOrder, reason: string): Promise<ExecutionLook> {
    const nowMs = this.parts.clock.nowMs();
    const isOver = held.attempt.state === 'dead' || held.attempt.state === 'rejected' || held.intent.state === 'needs-human';
    const atMs = nowMs + growingDelayMs(held.attempt.createdMs, nowMs);
    if (held.attempt.state === 'acked') this.tellOfEndless(held, reason, nowMs);
    await this.change(held, { releaseLease: true, nextActionMs: isOver ? null : atMs });
    return { kind: 'again', atMs, reason };
  }

  /** It exists, so that nothing about it can be concluded: it is asked after until the venue tells, but not in silence. */
  private tellOfEndless({ intent, attempt: { clientOrderId, createdMs } }: HeldOrder, reason: string, nowMs: number): void {
    if (nowMs - createdMs < DEAD_RULE.humanAfterMs) return;
    this.parts.log.error({ event: 'order-unresolved', intentId: intent.id, clientOrderId, reason }, 'The venue took an order and does not say how it ended: a person has to look');
  }

  /** Null: the lease is another's by now. */
  private async change(held: HeldOrder, change: HeldChange): Promise<HeldOrder | null> {
    const { store, clock } = this.parts;
    return (await store.changeAttempt(changeOf(held, change, clock.nowMs()))) ? afterChange(held, change) : null;
  }

  private leaseLost({ intent, attempt }: HeldOrder): Step {
    const { clock, log } = this.parts;
    log.warn({ event: 'stale-epoch', intentId: intent.id, clientOrderId: attempt.clientOrderId, leaseEpoch: intent.leaseEpoch }, 'Another process has taken the order over meanwhile');
    return { kind: 'again', atMs: clock.nowMs() + 1_000, reason: 'another process has taken it over' };
  }
}
