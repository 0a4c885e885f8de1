import type {
  AttemptChange, AttemptRecord, BookingRequest, BookingResult, ClaimRequest, ClaimResult, ExecutionStore, IntentRecord, PlanChange, PlanRecord, PlanView,
} from '#application';
import type { TradingMode } from '#domain';
import { changeAttempt, quarantine, takeOver } from './memory-attempts.js';
import { bookFills, sweptMarkets } from './memory-bookings.js';
import { claimIntent } from './memory-claims.js';
import { keyOf, type MemoryDatabase } from './memory-database.js';
import { changePlan, PlanOvertaken, planView } from './memory-plans.js';
import { requeueOverdue, type OverdueQueues } from './memory-requeue.js';
import { compareTexts, inOrder, knownAttemptOf, planRecordOf, type KnownAttempt } from './records.js';
import type { AttemptRow } from './rows.js';

/** As PostgresExecutionStore; the differential test holds the two to each other. */
export class MemoryExecutionStore implements ExecutionStore {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly queues: OverdueQueues,
  ) {}

  async plan(planId: string): Promise<PlanView | null> {
    return planView(this.database, planId);
  }

  async planOfIntent(intentId: string): Promise<PlanView | null> {
    const intent = this.database.intents.get(intentId);
    return intent === undefined ? null : planView(this.database, intent.planId);
  }

  async plans(portfolioId: string, { limit, beforeId }: { readonly limit: number; readonly beforeId?: string }): Promise<PlanRecord[]> {
    const { plans, indexes } = this.database;
    const newestFirst = inOrder(indexes.plansOfPortfolio(portfolioId), ({ createdMs }) => createdMs, ({ id }) => id).toReversed();
    const before = beforeId === undefined ? undefined : plans.get(beforeId);
    if (beforeId !== undefined && before === undefined) return [];
    const isBefore = ({ createdMs, id }: PlanRecord): boolean => before === undefined || (createdMs - before.createdMs || compareTexts(id, before.id)) < 0;
    return newestFirst.filter(isBefore).slice(0, limit).map(planRecordOf);
  }

  async changePlan(change: PlanChange): Promise<boolean> {
    try {
      return this.database.transaction(() => changePlan(this.database, change));
    } catch (error) {
      if (error instanceof PlanOvertaken) return false;
      throw error;
    }
  }

  async claim(request: ClaimRequest): Promise<ClaimResult> {
    return this.database.transaction(() => claimIntent(this.database, request));
  }

  async takeOver(intentId: string, holder: string, nowMs: number, leaseMs: number): Promise<{ readonly intent: IntentRecord; readonly attempt: AttemptRecord } | null> {
    return this.database.transaction(() => takeOver(this.database, intentId, holder, nowMs, leaseMs));
  }

  async changeAttempt(change: AttemptChange): Promise<boolean> {
    return this.database.transaction(() => changeAttempt(this.database, change));
  }

  async book(request: BookingRequest): Promise<BookingResult> {
    return this.database.transaction(() => bookFills(this.database, request));
  }

  async attemptsOf(accountId: string, { clientOrderIds, venueOrderIds }: Parameters<ExecutionStore['attemptsOf']>[1]): Promise<readonly KnownAttempt[]> {
    const { attempts, indexes } = this.database;
    const byOurs = clientOrderIds.flatMap((id) => attempts.get(id) ?? []).filter((attempt) => attempt.accountId === accountId);
    const byTheirs = venueOrderIds.flatMap((id) => indexes.attemptsOfVenueOrder(keyOf(accountId, id)));
    return this.known([...new Set([...byOurs, ...byTheirs])]);
  }

  async openAttempts(accountId: string, deadSinceMs: number): Promise<readonly KnownAttempt[]> {
    const { indexes } = this.database;
    const settled = indexes.settledAttemptsSince(accountId, deadSinceMs).filter(({ settledMs }) => settledMs! >= deadSinceMs);
    return this.known([...indexes.openAttemptsOfAccount(accountId), ...settled]);
  }

  async sweptMarkets(accountId: string): ReturnType<ExecutionStore['sweptMarkets']> {
    return sweptMarkets(this.database, accountId);
  }

  async knownTrades(accountId: string, marketId: string, venueTradeIds: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(venueTradeIds.filter((id) => this.database.fills.get(keyOf(accountId, marketId, id)) !== undefined));
  }

  async requeueOverdue(nowMs: number, graceMs: number, limit: number): Promise<number> {
    return this.database.transaction(() => requeueOverdue(this.database, this.queues, nowMs, graceMs, limit));
  }

  async quarantine(accountId: string, marketId: string, untilMs: number, reason: string): Promise<void> {
    this.database.transaction(() => quarantine(this.database, { accountId, marketId, untilMs, reason }));
  }

  async accountOfPlan(planId: string): Promise<{ readonly accountId: string; readonly mode: TradingMode } | null> {
    const plan = this.database.plans.get(planId);
    return plan === undefined ? null : { accountId: plan.accountId, mode: plan.mode };
  }

  private known(attempts: readonly AttemptRow[]): KnownAttempt[] {
    const sorted = inOrder(attempts, ({ createdMs }) => createdMs, ({ clientOrderId }) => clientOrderId);
    return sorted.map((attempt) => knownAttemptOf(attempt, this.database.intents.get(attempt.intentId)!));
  }
}
