import type {
  AttemptState, DecimalText, IntentEvent, MarketRules, OrderSide, PlanEndReason, PlanState, PortfolioConfiguration, PortfolioState, Posting, RiskCaps, Tradability,
  TradingMode, TradingState,
} from '#domain';
import type { QueuedJob } from '../ports/job-queue.port.js';
import type { OrderTerms, VenueFill } from '../ports/trading.port.js';
import type { NewIntent } from '../evaluation/evaluation-store.port.js';
import type { AttemptRecord, IntentRecord, PlanRecord, PlanView } from './plan.js';

/** A step of a plan. Nothing of it happens where the version is no longer the one that was seen. */
export interface PlanChange {
  readonly planId: string;
  readonly version: number;
  readonly atMs: number;
  /** Left out: it stays in its state. */
  readonly to?: { readonly state: PlanState; readonly endReason: PlanEndReason | null; readonly reason: string | null };
  readonly newIntents?: readonly NewIntent[];
  /** Intents that are `new` and will not be sent; where one is no longer new, nothing of the change happens. */
  readonly skip?: readonly { readonly intentId: string; readonly reason: string }[];
  /** Null: it has ended. */
  readonly nextActionMs: number | null;
  /** Committed with it; the outbox keeps a job's coalescing key too. */
  readonly jobs: readonly QueuedJob[];
}

/** What counts against the caps, of the portfolio: attempts that were or may have been sent. */
export interface Usage {
  readonly notionalOfPlan: DecimalText;
  readonly notionalLastHour: DecimalText;
  readonly notionalLastDay: DecimalText;
  readonly ordersLastMinute: number;
  /** However they ended, this one included. */
  readonly plansLastDay: number;
}

/** What stands in the database at the moment of a claim, under its locks. */
export interface ClaimFacts {
  readonly intent: IntentRecord;
  readonly plan: PlanRecord;
  readonly configuration: PortfolioConfiguration;
  /** The newest version's: the stricter of both counts. */
  readonly currentCaps: RiskCaps;
  readonly portfolioState: PortfolioState;
  /** Of all switches in the database that concern it the strictest. */
  readonly tradingState: TradingState;
  readonly account: { readonly isReconciled: boolean; readonly haltReason: string | null };
  readonly breakerOpenUntilMs: number | null;
  readonly market: { readonly rules: MarketRules; readonly tradability: Tradability; readonly seenMs: number } | null;
  readonly quarantinedUntilMs: number | null;
  readonly usage: Usage;
  /** What the books say the portfolio has: of the asset, and of the quote currency. */
  readonly quantityHeld: DecimalText;
  readonly cashHeld: DecimalText;
}

export type ClaimVerdict =
  | { readonly kind: 'send'; readonly terms: OrderTerms; readonly notional: DecimalText; readonly signMs: number; readonly receiveWindowMs: number; /** For the books: what was checked. */ readonly facts: Readonly<Record<string, unknown>> }
  | { readonly kind: 'wait'; readonly untilMs: number; readonly reason: string }
  | { readonly kind: 'skip'; readonly reason: string }
  /** No further leg of the plan goes out, this one included. */
  | { readonly kind: 'end-plan'; readonly endReason: PlanEndReason; readonly reason: string };

export interface ClaimRequest {
  readonly intentId: string;
  readonly attemptNo: number;
  readonly clientOrderId: string;
  readonly holder: string;
  readonly nowMs: number;
  readonly leaseMs: number;
  /** Committed with a skip or the plan's end, and with nothing else. */
  readonly jobsAtEnd: readonly QueuedJob[];
  /** Pure: called under the locks, perhaps more than once. */
  readonly judge: (facts: ClaimFacts) => ClaimVerdict;
}

export type ClaimResult =
  | { readonly kind: 'claimed'; readonly attempt: AttemptRecord; readonly intent: IntentRecord }
  | { readonly kind: 'waiting'; readonly untilMs: number; readonly reason: string }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'plan-ended' }
  /** There is no such intent, it is no longer `new`, it has had another attempt meanwhile, or its plan is not executing. */
  | { readonly kind: 'not-new' }
  /** Another order of the account is being sent now. */
  | { readonly kind: 'account-busy'; readonly untilMs: number };

/** What came of an attempt. Nothing happens where the lease's epoch is no longer the holder's. */
export interface AttemptChange {
  readonly clientOrderId: string;
  readonly intentId: string;
  readonly leaseEpoch: number;
  readonly atMs: number;
  readonly attemptTo?: AttemptState;
  readonly event?: IntentEvent;
  readonly reason?: string | null;
  readonly venueOrderId?: string;
  readonly outcome?: { readonly httpStatus: number | null; readonly code: string | null; readonly cause: string | null };
  /** One more answer "not found". */
  readonly vote?: boolean;
  /** True: nobody works at it any more. */
  readonly releaseLease: boolean;
  readonly nextActionMs: number | null;
  readonly jobs: readonly QueuedJob[];
  /** No plan touches the market before this. */
  readonly quarantineUntilMs?: number;
}

/** A fill with whose it is and what it does to the books. */
export interface FillBooking {
  readonly fill: VenueFill;
  /** Null: nobody here ordered it. */
  readonly clientOrderId: string | null;
  readonly portfolioId: string | null;
  readonly base: string;
  readonly quote: string;
  readonly postings: readonly Posting[];
}

export interface BookingRequest {
  readonly accountId: string;
  readonly marketId: string;
  readonly nowMs: number;
  readonly fills: readonly FillBooking[];
  /** The sweep has seen all fills of the market up to here; left out: it moves no watermark. */
  readonly watermarkMs?: number;
  /** Since when fills were asked for; of a market's first sweep it is kept. */
  readonly sweptFromMs?: number;
}

export interface BookingResult {
  /** Those that were not in the books yet. */
  readonly booked: number;
  /** Intents of which more was filled than was ordered: a fault of the venue's, or of ours. */
  readonly overfilled: readonly string[];
}

export interface DueWork {
  readonly plans: readonly string[];
  readonly intents: readonly string[];
}

/** Every method is one transaction. @throws StoreFailure */
export interface ExecutionStore {
  plan(planId: string): Promise<PlanView | null>;
  planOfIntent(intentId: string): Promise<PlanView | null>;
  /** Newest first. */
  plans(portfolioId: string, options: { readonly limit: number; readonly beforeId?: string }): Promise<PlanRecord[]>;
  /** False: somebody else was faster. `done` and `aborted` ask for a look at the portfolio, and call it allocated where a start has filled something and left out nothing that it could send. */
  changePlan(change: PlanChange): Promise<boolean>;
  /** Claims an intent and saves its attempt, or says why not; a skip or the plan's end is stored by it too. */
  claim(request: ClaimRequest): Promise<ClaimResult>;
  /**
   * Takes over an intent in `sending`, `unknown`, `acked`, `dead`, `rejected` or `needs-human` whose lease has run out or was given up. `sending` becomes `unknown`, its
   * attempt too: nobody knows how far it came. Null: somebody works at it, or it is in another state.
   */
  takeOver(intentId: string, holder: string, nowMs: number, leaseMs: number): Promise<{ readonly intent: IntentRecord; readonly attempt: AttemptRecord } | null>;
  /** False: the lease is lost. @throws Error for an event that the intent's state does not know */
  changeAttempt(change: AttemptChange): Promise<boolean>;
  /** Fills that are known change nothing. Ledger, holdings and what the intents have filled, in one transaction. */
  book(request: BookingRequest): Promise<BookingResult>;
  /** Attempts of the account with one of these ids of ours or of the venue's. */
  attemptsOf(accountId: string, ids: { readonly clientOrderIds: readonly string[]; readonly venueOrderIds: readonly string[] }): Promise<readonly (AttemptRecord & { readonly portfolioId: string; readonly marketId: string; readonly side: OrderSide; readonly intentState: string })[]>;
  /** Attempts whose end is not known, and those that died or were refused after `deadSinceMs`. */
  openAttempts(accountId: string, deadSinceMs: number): Promise<readonly (AttemptRecord & { readonly portfolioId: string; readonly marketId: string; readonly side: OrderSide; readonly intentState: string })[]>;
  /** Markets to sweep: of open plans (`isActive`), of portfolios, and of everything ever traded; with how far each was swept, and since when: what was filled before is in the books by its effect on the balances. */
  sweptMarkets(accountId: string): Promise<readonly { readonly marketId: string; readonly base: string; readonly quote: string; readonly watermarkMs: number | null; readonly beginMs: number | null; readonly isActive: boolean }[]>;
  /** The subset of these that is in the books. */
  knownTrades(accountId: string, marketId: string, venueTradeIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Puts jobs of work that is overdue by `graceMs` into the outbox again: at most one in `graceMs` for each row, ever more seldom down to two a minute. Returns how many. */
  requeueOverdue(nowMs: number, graceMs: number, limit: number): Promise<number>;
  /** No plan touches the market before that; never shortens one that stands. */
  quarantine(accountId: string, marketId: string, untilMs: number, reason: string): Promise<void>;
  accountOfPlan(planId: string): Promise<{ readonly accountId: string; readonly mode: TradingMode } | null>;
}
