import type { AttemptState, DecimalText, IntentState, OrderSide, PlanDecision, PlanEndReason, PlanState, PortfolioConfiguration, TradingMode } from '#domain';
import type { OrderTerms } from '../ports/trading.port.js';
import type { VenueName } from '../ports/market-data.port.js';

export interface PlanRecord {
  /** pl_ and a ULID. */
  readonly id: string;
  readonly portfolioId: string;
  readonly accountId: string;
  readonly mode: TradingMode;
  readonly venue: VenueName;
  readonly evaluationId: string;
  readonly configVersion: number;
  readonly decision: PlanDecision;
  readonly state: PlanState;
  readonly version: number;
  /** Why no further leg went out; null: all of them were done. */
  readonly endReason: PlanEndReason | null;
  /** In words. */
  readonly reason: string | null;
  readonly createdMs: number;
  /** No leg goes out after it. */
  readonly deadlineMs: number;
  readonly startedMs: number | null;
  readonly finishedMs: number | null;
  /** When it is to be looked at next; null: it has ended. */
  readonly nextActionMs: number | null;
}

/** One leg: what is wanted. */
export interface IntentRecord {
  readonly id: string;
  readonly planId: string;
  readonly portfolioId: string;
  readonly accountId: string;
  /** From 0; sales first. */
  readonly leg: number;
  readonly assetIndex: number;
  readonly base: string;
  readonly marketId: string;
  readonly side: OrderSide;
  /** Of a sale, as decided, not rounded. */
  readonly quantity: DecimalText | null;
  /** Of a purchase, as wanted. */
  readonly quoteValue: DecimalText | null;
  readonly refPrice: number;
  readonly refPriceMs: number;
  readonly state: IntentState;
  /** Of `skipped`, `rejected`, `dead` and `needs-human`; of `new`: why it waits. */
  readonly reason: string | null;
  readonly version: number;
  readonly leaseEpoch: number;
  /** Null: nobody works at it. */
  readonly leaseUntilMs: number | null;
  readonly attemptCount: number;
  readonly filledQuantity: DecimalText;
  readonly filledNotional: DecimalText;
  /** In quote; what was charged in another asset is not in it. */
  readonly feeInQuote: DecimalText;
  readonly nextActionMs: number | null;
  readonly createdMs: number;
  readonly finishedMs: number | null;
}

/** One order as it was, or may have been, sent. */
export interface AttemptRecord {
  readonly clientOrderId: string;
  readonly intentId: string;
  /** From 1. */
  readonly attemptNo: number;
  readonly terms: OrderTerms;
  /** Expected value in quote: what caps count. */
  readonly notional: DecimalText;
  readonly signMs: number;
  readonly receiveWindowMs: number;
  readonly state: AttemptState;
  readonly venueOrderId: string | null;
  readonly httpStatus: number | null;
  readonly code: string | null;
  readonly cause: string | null;
  /** Answers "not found" after the fence, and the times of the first and the last. */
  readonly notFoundVotes: number;
  readonly firstVoteMs: number | null;
  readonly lastVoteMs: number | null;
  readonly createdMs: number;
  readonly settledMs: number | null;
}

/** A plan with all that belongs to it, as one reading. */
export interface PlanView {
  readonly plan: PlanRecord;
  /** Of its portfolio: whoever is to look at it after the plan's end is asked by shard. */
  readonly shard: number;
  /** The version it was made with. */
  readonly configuration: PortfolioConfiguration;
  /** By leg. */
  readonly intents: readonly IntentRecord[];
  /** By intent and number. */
  readonly attempts: readonly AttemptRecord[];
}
