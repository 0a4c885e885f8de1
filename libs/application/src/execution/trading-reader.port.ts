import type { DecimalText, OrderSide } from '#domain';
import type { ReconciliationRun } from '../accounts/account-store.port.js';
import type { Evaluation } from '../evaluation/evaluation.js';
import type { PlanView } from './plan.js';

/** A change of state as the database noted it. */
export interface StateEvent {
  readonly entity: 'rebalance_plan' | 'order_intent' | 'order_attempt';
  /** Plan's id, intent's id, or client order id. */
  readonly entityId: string;
  /** Null: it came into being. */
  readonly from: string | null;
  readonly to: string;
  readonly atMs: number;
  readonly actor: string | null;
  readonly cause: string | null;
}

export interface BookedFill {
  readonly clientOrderId: string;
  readonly venueTradeId: string;
  readonly side: OrderSide;
  readonly price: DecimalText;
  readonly quantity: DecimalText;
  readonly notional: DecimalText;
  readonly fee: DecimalText;
  readonly feeAsset: string;
  /** By the venue's clock. */
  readonly filledMs: number;
  readonly bookedMs: number;
}

/** All that is known of a plan's course, as one reading. */
export interface PlanCourse {
  readonly view: PlanView;
  readonly evaluation: Pick<Evaluation, 'id' | 'firstMs' | 'reason' | 'detail'>;
  /** In the order in which they were committed. */
  readonly events: readonly StateEvent[];
  readonly fills: readonly BookedFill[];
  /** Of its account, from its start to its end. */
  readonly reconciliations: readonly ReconciliationRun[];
}

/** What people look at and nothing decides by. @throws StoreFailure */
export interface TradingReader {
  course(planId: string): Promise<PlanCourse | null>;
  /** What became of these plans, for lists of decisions. */
  planOutcomes(planIds: readonly string[]): Promise<readonly PlanOutcome[]>;
}

export interface PlanOutcome {
  readonly planId: string;
  readonly state: string;
  readonly endReason: string | null;
  readonly reason: string | null;
  readonly legs: readonly {
    readonly side: OrderSide;
    readonly base: string;
    readonly state: string;
    readonly reason: string | null;
    readonly filledQuantity: DecimalText;
    readonly filledNotional: DecimalText;
  }[];
}
