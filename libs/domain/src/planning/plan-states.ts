import type { PlannedPurchase } from './plan-purchases.js';
import type { RebalancePlan } from './rebalance-plan.js';

/**
 * `draft`: decided, nothing done. `executing`: its legs go out one at a time. `settling`: no further leg; the books are
 * compared with the venue's. Ends: `done`; `aborted`: not all of its legs were filled. `needs-human`: the books do not match
 * or an order stays unknown; an operator ends it.
 */
export type PlanState = 'draft' | 'executing' | 'settling' | 'done' | 'aborted' | 'needs-human';

export const PLAN_TRANSITIONS: Readonly<Record<PlanState, readonly PlanState[]>> = {
  draft: ['executing', 'settling', 'aborted'],
  executing: ['settling'],
  settling: ['done', 'aborted', 'needs-human'],
  'needs-human': ['aborted'],
  done: [],
  aborted: [],
};

/** A portfolio has at most one plan in these. */
export const OPEN_PLAN_STATES: readonly PlanState[] = ['draft', 'executing', 'settling', 'needs-human'];

export const isPlanOpen = (state: PlanState): boolean => OPEN_PLAN_STATES.includes(state);

/** What was decided: the start's purchases, or a plan of the cascade. Arrays are indexed by the configuration's assets. */
export type PlanDecision =
  | {
      readonly kind: 'initial';
      readonly decidedAtMs: number;
      readonly purchases: readonly PlannedPurchase[];
      /** What the portfolio is worth, in quote. */
      readonly totalValue: number;
      readonly prices: readonly number[];
    }
  | {
      readonly kind: 'rebalance';
      readonly decidedAtMs: number;
      readonly plan: RebalancePlan;
      readonly totalValue: number;
      readonly prices: readonly number[];
    };

/** Why a plan went into `settling` before all of its legs were done. */
export type PlanEndReason =
  | 'halted' | 'paused' | 'stopped' | 'deadline' | 'stale-price' | 'price-moved' | 'leg-rejected' | 'leg-dead' | 'leg-unresolved'
  | 'external-flow' | 'account-unreconciled' | 'cap-exceeded' | 'failed-sanity';
