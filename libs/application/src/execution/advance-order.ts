import type { AdvanceOrderParts } from './advance-parts.js';
import type { ExecutionLook } from './execution-look.js';
import type { ExecutionVenue } from './execution-venue.port.js';
import { nextOrderAction } from './next-order-action.js';
import type { IntentRecord, PlanView } from './plan.js';
import { ResolveOrder } from './resolve-order.js';
import { SendOrder } from './send-order.js';

/** How soon a leg is looked at again that somebody else works at: whoever it is may be gone. */
const HELD_WAIT_MS = 1_000;

/**
 * Looks at one leg of a plan and takes its next safe step. Safe to call for any leg, any number of times, anywhere: rows and
 * leases decide, and an order goes on the wire once for each attempt that was saved before.
 */
export class AdvanceOrder {
  private readonly sending: SendOrder;
  private readonly resolving: ResolveOrder;

  constructor(private readonly parts: AdvanceOrderParts) {
    this.sending = new SendOrder(parts);
    this.resolving = new ResolveOrder(parts);
  }

  /** @throws StoreFailure: the transport tries again later */
  async look(intentId: string): Promise<ExecutionLook> {
    await this.parts.failpoint('exec.after_job_start');
    const seen = await this.see(intentId);
    if ('kind' in seen) return seen;
    const { view, intent, venue } = seen;
    const action = nextOrderAction(view, intent, this.parts.clock.nowMs());
    if (action.take === 'stop') return { kind: 'done' };
    if (action.take === 'wait') return { kind: 'again', atMs: action.untilMs, reason: action.reason };
    if (action.take === 'resolve') return this.resolve(view, intent, venue);
    if (action.take === 'end-plan') return this.sending.endPlan(view, action.endReason, action.reason);
    const sent = await this.sending.send(view, intent, venue);
    return sent.kind === 'held' ? this.resolving.resolve(sent.held, venue) : sent;
  }

  /** Asks once more after an order that was given up: something at the venue says that it exists. @throws StoreFailure */
  async adopt(intentId: string): Promise<ExecutionLook> {
    const seen = await this.see(intentId);
    return 'kind' in seen ? seen : this.resolve(seen.view, seen.intent, seen.venue);
  }

  private async see(intentId: string): Promise<{ readonly view: PlanView; readonly intent: IntentRecord; readonly venue: ExecutionVenue } | ExecutionLook> {
    const { store, venues } = this.parts;
    const view = await store.planOfIntent(intentId);
    const intent = view?.intents.find(({ id }) => id === intentId);
    if (view === null || intent === undefined) return { kind: 'missing' };
    const venue = await venues.of(intent.accountId);
    return venue === null ? { kind: 'not-ours' } : { view, intent, venue };
  }

  private async resolve({ configuration }: PlanView, intent: IntentRecord, venue: ExecutionVenue): Promise<ExecutionLook> {
    const { store, holder, clock, leaseMs } = this.parts;
    const taken = await store.takeOver(intent.id, holder, clock.nowMs(), leaseMs);
    if (taken !== null) return this.resolving.resolve({ ...taken, quote: configuration.quote }, venue);
    return { kind: 'again', atMs: clock.nowMs() + HELD_WAIT_MS, reason: 'another look works at it' };
  }
}
