import { clientOrderIdOf, clientOrderIdText, type PlanEndReason } from '#domain';
import { VenueFailure } from '../ports/venue-failure.js';
import type { OrderBook } from '../ports/market-data.port.js';
import type { SubmitOutcome } from '../ports/trading.port.js';
import type { AdvanceOrderParts } from './advance-parts.js';
import type { ExecutionLook } from './execution-look.js';
import type { ClaimResult } from './execution-store.port.js';
import type { ExecutionVenue } from './execution-venue.port.js';
import { afterChange, changeOf, growingDelayMs, type HeldOrder } from './held-order.js';
import { judgeBook, type BookVerdict } from './judge-book.js';
import { judgeClaim, type ClaimContext } from './judge-claim.js';
import { judgeSubmit, judgeUnsent, reactionTo, type SubmitJudgement } from './judge-submit.js';
import { PLAN_LIMITS } from './plan-limits.js';
import type { IntentRecord, PlanView } from './plan.js';

export const SEND_LIMITS = {
  /** What leaves later than this after its time was read is not sent: the rest of the window is for the way. */
  leaveWithinMs: 1_000,
  receiveWindowMs: 5_000,
  gateWaitMs: 2_000,
  clockWaitMs: 1_000,
  /** Orders of one account take turns. */
  turnWaitMs: 100,
} as const;

/** A look that ends here, or an order that may be at the venue now and is ours to ask after. */
export type Sent = ExecutionLook | { readonly kind: 'held'; readonly held: HeldOrder };

type Expected = Extract<BookVerdict, { readonly kind: 'fine' }>;

/** Everything from the wish to send a leg to the outcome of its one request being stored. */
export class SendOrder {
  constructor(private readonly parts: AdvanceOrderParts) {}

  async send(view: PlanView, intent: IntentRecord, venue: ExecutionVenue): Promise<Sent> {
    const { haltFile, gate } = this.parts;
    if (await haltFile.exists()) return this.endPlan(view, 'halted', 'the halt file is there');
    const entered = await gate.enter(venue.accountId);
    if (!entered.isOpen) return this.again(SEND_LIMITS.gateWaitMs, entered.reason);
    const exchangeNowMs = venue.exchangeNowMs();
    if (exchangeNowMs === null) return this.waitForClock(venue);
    const book = await this.orderBook(view, intent, venue);
    if (!('bids' in book)) return book;
    const verdict = judgeBook(book, intent, view.configuration.execution, venue.exchangeNowMs() ?? exchangeNowMs, PLAN_LIMITS);
    return verdict.kind === 'fine' ? this.claim(view, intent, venue, verdict) : this.heldBack(view, intent, verdict);
  }

  private async waitForClock(venue: ExecutionVenue): Promise<ExecutionLook> {
    await venue.resyncClock().catch(passVenueFailure);
    return this.again(SEND_LIMITS.clockWaitMs, "the venue's clock cannot be trusted");
  }

  private async orderBook(view: PlanView, intent: IntentRecord, venue: ExecutionVenue): Promise<OrderBook | ExecutionLook> {
    try {
      return await venue.orderBook(intent.marketId);
    } catch (error) {
      passVenueFailure(error);
      return this.again(growingDelayMs(waitingSinceMs(view, intent), this.parts.clock.nowMs()), `no order book: ${String(error)}`);
    }
  }

  private async heldBack(view: PlanView, intent: IntentRecord, verdict: Exclude<BookVerdict, Expected>): Promise<ExecutionLook> {
    if (verdict.kind === 'price-moved') return this.endPlan(view, 'price-moved', `leg ${intent.leg} (${intent.side} ${intent.base}): ${verdict.detail}`);
    const nowMs = this.parts.clock.nowMs();
    const delayMs = growingDelayMs(waitingSinceMs(view, intent), nowMs);
    if (verdict.kind === 'slippage' && nowMs + delayMs >= view.plan.deadlineMs) return this.skip(view, intent, `slippage: ${verdict.detail}`);
    return this.again(delayMs, verdict.detail);
  }

  private async claim(view: PlanView, intent: IntentRecord, venue: ExecutionVenue, expected: Expected): Promise<Sent> {
    const { store, clock, holder, leaseMs, sha256, haltFile, jobs, monotonicMs } = this.parts;
    // From here to the first byte it is counted how long it takes: neither the halt file nor the clock may be an old answer.
    const readAtMs = monotonicMs();
    const isHaltFileThere = await haltFile.exists();
    const attemptNo = intent.attemptCount + 1;
    const clientOrderId = clientOrderIdOf(sha256(clientOrderIdText(view.plan.mode, venue.accountId, intent.id, attemptNo)));
    const exchangeNowMs = venue.exchangeNowMs();
    if (exchangeNowMs === null) return this.waitForClock(venue);
    const nowMs = clock.nowMs();
    const context: ClaimContext = { nowMs, exchangeNowMs, receiveWindowMs: SEND_LIMITS.receiveWindowMs, isHaltFileThere, expected, limits: PLAN_LIMITS };
    const claimed = await store.claim({
      intentId: intent.id, attemptNo, clientOrderId, holder, nowMs, leaseMs,
      jobsAtEnd: [jobs.planAfterLeg(intent)],
      judge: (facts) => judgeClaim(facts, context),
    });
    if (claimed.kind !== 'claimed') return this.notClaimed(claimed);
    const held = { intent: claimed.intent, attempt: claimed.attempt, quote: view.configuration.quote };
    return this.submit(held, venue, readAtMs);
  }

  private notClaimed(result: Exclude<ClaimResult, { readonly kind: 'claimed' }>): ExecutionLook {
    const nowMs = this.parts.clock.nowMs();
    if (result.kind === 'waiting') return { kind: 'again', atMs: result.untilMs, reason: result.reason };
    if (result.kind === 'account-busy') {
      return { kind: 'again', atMs: Math.min(Math.max(result.untilMs, nowMs), nowMs + SEND_LIMITS.turnWaitMs), reason: 'another order of the account is being sent' };
    }
    if (result.kind !== 'not-new') this.parts.onQueued();
    return DONE;
  }

  private async submit(held: HeldOrder, venue: ExecutionVenue, readAtMs: number): Promise<Sent> {
    const { failpoint, monotonicMs } = this.parts;
    await failpoint('exec.after_claim');
    await failpoint('exec.after_attempt_commit');
    const elapsedMs = monotonicMs() - readAtMs;
    if (elapsedMs > SEND_LIMITS.leaveWithinMs) {
      return this.store(held, venue, judgeUnsent(`${Math.round(elapsedMs)} ms went by before it could leave`, this.context(held)));
    }
    await failpoint('exec.before_socket_write');
    const outcome = await this.post(held, venue);
    await failpoint('exec.after_response_before_commit');
    const sent = await this.store(held, venue, judgeSubmit(outcome, this.context(held)));
    await failpoint('exec.after_result_commit');
    await this.react(held, venue, outcome);
    return sent;
  }

  private async post({ intent, attempt }: HeldOrder, venue: ExecutionVenue): Promise<SubmitOutcome> {
    const { failpoint, log } = this.parts;
    const { clientOrderId, terms, signMs, receiveWindowMs } = attempt;
    log.info({ event: 'order-submitting', planId: intent.planId, intentId: intent.id, clientOrderId, marketId: intent.marketId, terms }, 'An order goes out');
    const answer = venue.trading.submit({ marketId: intent.marketId, clientOrderId, terms, signMs, receiveWindowMs });
    await failpoint('exec.after_request_written');
    return answer;
  }

  private async store(held: HeldOrder, venue: ExecutionVenue, { change, next }: SubmitJudgement): Promise<Sent> {
    const { store, clock, jobs, onQueued, log } = this.parts;
    const nowMs = clock.nowMs();
    const isOver = next.take === 'end';
    const whole = {
      ...change,
      releaseLease: next.take !== 'resolve',
      nextActionMs: isOver ? null : next.take === 'retry' ? next.atMs : nowMs,
      jobs: isOver ? [jobs.planAfterLeg(held.intent)] : [],
    };
    log.info({ event: 'order-outcome', accountId: venue.accountId, clientOrderId: held.attempt.clientOrderId, outcome: change.event, reason: change.reason ?? null }, 'An order was answered');
    if (!(await store.changeAttempt(changeOf(held, whole, nowMs)))) return this.leaseLost(held);
    if (isOver) onQueued();
    if (next.take === 'resolve') return { kind: 'held', held: afterChange(held, whole) };
    return isOver ? DONE : { kind: 'again', atMs: next.atMs, reason: change.reason ?? 'it may be tried again' };
  }

  private async react({ intent }: HeldOrder, venue: ExecutionVenue, outcome: SubmitOutcome): Promise<void> {
    const { reactions } = this.parts;
    if (outcome.kind === 'unknown') await reactions.noteUnknown(venue, intent.marketId, outcome.cause);
    if (outcome.kind === 'refused') await reactions.react(venue, intent.marketId, reactionTo(outcome.refusal));
  }

  private leaseLost({ intent, attempt }: HeldOrder): ExecutionLook {
    this.parts.log.warn({ event: 'stale-epoch', intentId: intent.id, clientOrderId: attempt.clientOrderId, leaseEpoch: intent.leaseEpoch }, 'Another process has taken the order over meanwhile');
    return this.again(SEND_LIMITS.turnWaitMs, 'another process has taken it over');
  }

  private context({ attempt }: HeldOrder): { readonly attemptNo: number; readonly nowMs: number; readonly chance: number } {
    return { attemptNo: attempt.attemptNo, nowMs: this.parts.clock.nowMs(), chance: this.parts.random() };
  }

  /** No further leg goes out. */
  endPlan(view: PlanView, endReason: PlanEndReason, reason: string): Promise<ExecutionLook> {
    const skip = view.intents.filter(({ state }) => state === 'new').map(({ id }) => ({ intentId: id, reason: `plan-ended: ${endReason}` }));
    return this.changePlan(view, { to: { state: 'settling', endReason, reason }, skip });
  }

  private skip(view: PlanView, { id }: IntentRecord, reason: string): Promise<ExecutionLook> {
    return this.changePlan(view, { skip: [{ intentId: id, reason }] });
  }

  private async changePlan({ plan }: PlanView, change: Pick<Parameters<AdvanceOrderParts['store']['changePlan']>[0], 'to' | 'skip'>): Promise<ExecutionLook> {
    const { store, clock, jobs, onQueued } = this.parts;
    const nowMs = clock.nowMs();
    const isDone = await store.changePlan({ planId: plan.id, version: plan.version, atMs: nowMs, ...change, nextActionMs: nowMs, jobs: [jobs.planAfter(plan)] });
    if (!isDone) return this.again(SEND_LIMITS.turnWaitMs, 'the plan was changed meanwhile');
    onQueued();
    return DONE;
  }

  private again(delayMs: number, reason: string): ExecutionLook {
    return { kind: 'again', atMs: this.parts.clock.nowMs() + delayMs, reason };
  }
}

const DONE: ExecutionLook = { kind: 'done' };

function passVenueFailure(error: unknown): void {
  if (!(error instanceof VenueFailure)) throw error;
}

/** Since when nothing but the market keeps a leg: those before it have ended, and its last attempt too. */
function waitingSinceMs({ plan, intents, attempts }: PlanView, intent: IntentRecord): number {
  const ends = intents.filter(({ leg }) => leg < intent.leg).map(({ finishedMs }) => finishedMs ?? 0);
  const tries = attempts.filter(({ intentId }) => intentId === intent.id).map(({ settledMs }) => settledMs ?? 0);
  return Math.max(intent.createdMs, plan.startedMs ?? 0, ...ends, ...tries);
}
