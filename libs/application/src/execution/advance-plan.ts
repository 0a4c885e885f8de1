import { decimalText, type PlannedPurchase } from '#domain';
import type { NewIntent } from '../evaluation/evaluation-store.port.js';
import { VenueFailure } from '../ports/venue-failure.js';
import type { AdvancePlanParts } from './advance-parts.js';
import type { ExecutionLook } from './execution-look.js';
import type { PlanChange } from './execution-store.port.js';
import type { ExecutionVenue } from './execution-venue.port.js';
import { endOf, nextPlanAction, type PlanAction } from './next-plan-action.js';
import { PLAN_LIMITS } from './plan-limits.js';
import type { IntentRecord, PlanView } from './plan.js';

export const SETTLE_LIMITS = {
  /** Between comparisons of an account that is busy, and of one that differs: those are looked back at over a minute. */
  againMs: 2_000,
  differsAgainMs: 10_000,
  /** What differs longer than this, no flow from outside was found to explain: a person has to. */
  differsForMs: 180_000,
  /** A plan that waits for a leg is looked at so often, should the leg's own jobs be lost. */
  watchLegMs: 30_000,
} as const;

type Step = Pick<PlanChange, 'to' | 'newIntents' | 'skip' | 'nextActionMs' | 'jobs'>;

/** Looks at a plan and takes its next safe step: begins it, lets the next leg go, computes its purchases, settles it. */
export class AdvancePlan {
  constructor(private readonly parts: AdvancePlanParts) {}

  /** @throws StoreFailure: the transport tries again later */
  async look(planId: string): Promise<ExecutionLook> {
    const { store, venues, clock } = this.parts;
    const view = await store.plan(planId);
    if (view === null) return { kind: 'missing' };
    const venue = await venues.of(view.plan.accountId);
    if (venue === null) return { kind: 'not-ours' };
    const nowMs = clock.nowMs();
    const action = nextPlanAction(view, { nowMs, exchangeNowMs: venue.exchangeNowMs() ?? nowMs }, PLAN_LIMITS);
    return this.take(action, view, venue);
  }

  private async take(action: PlanAction, view: PlanView, venue: ExecutionVenue): Promise<ExecutionLook> {
    if (action.take === 'start') return this.start(view, action.leg);
    if (action.take === 'await-leg') return this.awaitLeg(view, action.leg);
    if (action.take === 'add-purchases') return this.addPurchases(view, action.purchases);
    if (action.take === 'settle') return this.toSettling(view, action);
    if (action.take === 'reconcile') return this.reconcile(view, venue);
    if (action.take === 'hand-over') return this.handOver(view, action.reason);
    if (action.take === 'abort') return this.finish(view, { state: 'aborted', endReason: action.endReason, reason: action.reason });
    return OVER;
  }

  private async start(view: PlanView, leg: IntentRecord | null): Promise<ExecutionLook> {
    const { jobs } = this.parts;
    const { plan } = view;
    const job = leg === null ? jobs.planAfter(plan) : jobs.orderAfterPlan(leg.id, plan);
    const isStarted = await this.change(view, { to: { state: 'executing', endReason: null, reason: null }, nextActionMs: this.inMs(SETTLE_LIMITS.watchLegMs), jobs: [job] });
    return isStarted && leg !== null ? this.runLeg(leg.id) : OVER;
  }

  private async awaitLeg(view: PlanView, leg: IntentRecord): Promise<ExecutionLook> {
    const { jobs, clock, runOrder } = this.parts;
    const { plan } = view;
    const isDue = (plan.nextActionMs ?? 0) <= clock.nowMs();
    const needsJob = runOrder === undefined && (isDue || leg.state === 'new');
    if (isDue || needsJob) {
      await this.change(view, { nextActionMs: this.inMs(SETTLE_LIMITS.watchLegMs), jobs: needsJob ? [jobs.orderAfterPlan(leg.id, plan)] : [] });
    }
    return this.runLeg(leg.id);
  }

  /** Its end brings a job of the plan's; until then this look comes back to it. */
  private async runLeg(intentId: string): Promise<ExecutionLook> {
    await this.parts.failpoint('plan.before_next_leg');
    const look = await this.parts.runOrder?.(intentId);
    return look?.kind === 'again' ? look : OVER;
  }

  private async addPurchases(view: PlanView, purchases: readonly PlannedPurchase[]): Promise<ExecutionLook> {
    const { jobs, ids } = this.parts;
    const { plan } = view;
    const firstLeg = Math.max(-1, ...view.intents.map(({ leg }) => leg)) + 1;
    const newIntents = purchases.map((purchase, index) => purchaseLeg(view, purchase, ids.next('oi'), firstLeg + index));
    const first = newIntents.find(({ skipReason }) => skipReason === null);
    const job = first === undefined ? jobs.planAfter(plan) : jobs.orderAfterPlan(first.id, plan);
    const isAdded = await this.change(view, { newIntents, nextActionMs: this.inMs(SETTLE_LIMITS.watchLegMs), jobs: [job] });
    return isAdded && first !== undefined ? this.runLeg(first.id) : OVER;
  }

  private async toSettling(view: PlanView, { endReason, reason }: Extract<PlanAction, { readonly take: 'settle' }>): Promise<ExecutionLook> {
    const { jobs, clock } = this.parts;
    await this.change(view, { to: { state: 'settling', endReason, reason }, skip: unsent(view, endReason ?? 'done'), nextActionMs: clock.nowMs(), jobs: [jobs.planAfter(view.plan)] });
    return OVER;
  }

  private async reconcile(view: PlanView, venue: ExecutionVenue): Promise<ExecutionLook> {
    const { accountBooks, failpoint, clock } = this.parts;
    const marketIds = [...new Set(view.intents.map(({ marketId }) => marketId))];
    try {
      const settlement = await accountBooks.settle(venue.accountId, marketIds);
      if (settlement.kind === 'busy') return await this.again(view, settlement.reason);
      if (settlement.kind === 'different') return await this.differs(view, clock.nowMs() - settlement.sinceMs, describe(settlement.differences));
    } catch (error) {
      if (!(error instanceof VenueFailure)) throw error;
      return this.again(view, `the venue does not tell: ${error.message}`);
    }
    await failpoint('plan.before_done');
    return this.finish(view, endOf(view));
  }

  private differs(view: PlanView, forMs: number, detail: string): Promise<ExecutionLook> {
    const reason = `the books differ from the venue: ${detail}`;
    return forMs < SETTLE_LIMITS.differsForMs ? this.again(view, reason, SETTLE_LIMITS.differsAgainMs) : this.handOver(view, reason);
  }

  private async handOver(view: PlanView, reason: string): Promise<ExecutionLook> {
    const { accounts, clock, log } = this.parts;
    const { plan } = view;
    log.error({ event: 'plan-needs-human', planId: plan.id, portfolioId: plan.portfolioId, reason }, 'A plan cannot be settled: a person has to look');
    await accounts.halt(plan.accountId, `plan ${plan.id}: ${reason}`, clock.nowMs());
    await this.change(view, { to: { state: 'needs-human', endReason: plan.endReason, reason }, nextActionMs: null, jobs: [] });
    return OVER;
  }

  private async finish(view: PlanView, end: NonNullable<PlanChange['to']>): Promise<ExecutionLook> {
    const { jobs, clock, log } = this.parts;
    const job = jobs.evaluateAfter(view, clock.nowMs());
    const isFinished = await this.change(view, { to: end, skip: unsent(view, end.endReason ?? 'done'), nextActionMs: null, jobs: [job] });
    if (isFinished) log.info({ event: 'plan-ended', planId: view.plan.id, portfolioId: view.plan.portfolioId, ...end }, 'A plan has ended');
    return OVER;
  }

  /** False: somebody else was faster, and has seen to what comes next. */
  private async change({ plan }: PlanView, step: Step): Promise<boolean> {
    const { store, clock, onQueued } = this.parts;
    const isChanged = await store.changePlan({ planId: plan.id, version: plan.version, atMs: clock.nowMs(), ...step });
    if (isChanged && step.jobs.length > 0) onQueued();
    return isChanged;
  }

  /** The row says it too: what seems to be forgotten is given one job after the other. */
  private async again(view: PlanView, reason: string, delayMs: number = SETTLE_LIMITS.againMs): Promise<ExecutionLook> {
    const atMs = this.inMs(delayMs);
    if ((view.plan.nextActionMs ?? 0) <= this.inMs(0)) await this.change(view, { nextActionMs: atMs, jobs: [] });
    return { kind: 'again', atMs, reason };
  }

  private inMs(delayMs: number): number {
    return this.parts.clock.nowMs() + delayMs;
  }
}

const OVER: ExecutionLook = { kind: 'done' };

function unsent({ intents }: PlanView, why: string): readonly { readonly intentId: string; readonly reason: string }[] {
  return intents.filter(({ state }) => state === 'new').map(({ id }) => ({ intentId: id, reason: `plan-ended: ${why}` }));
}

function purchaseLeg({ plan: { decision }, configuration }: PlanView, purchase: PlannedPurchase, id: string, leg: number): NewIntent {
  const { base, marketId } = configuration.assets[purchase.asset]!;
  return {
    id, leg, assetIndex: purchase.asset, base, marketId, side: 'buy', quantity: null,
    quoteValue: decimalText(purchase.value),
    refPrice: decision.prices[purchase.asset]!,
    refPriceMs: decision.decidedAtMs,
    skipReason: purchase.take === 'skip' ? purchase.reason : null,
  };
}

function describe(differences: readonly { readonly asset: string; readonly booked: string; readonly venue: string }[]): string {
  return differences.map(({ asset, booked, venue }) => `${asset} ${booked} booked, ${venue} at the venue`).join('; ');
}
