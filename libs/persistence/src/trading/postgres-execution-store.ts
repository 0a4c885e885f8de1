import type { DataSource } from 'typeorm';
import type {
  AttemptChange, AttemptRecord, BookingRequest, BookingResult, ClaimRequest, ClaimResult, ExecutionStore, IntentRecord, PlanChange, PlanRecord, PlanView,
} from '#application';
import type { TradingMode } from '#domain';
import { inTransaction, withSession } from '../session/sql.js';
import { bookFills } from './book-fills.js';
import { changeAttempt, takeOver } from './change-attempt.js';
import { changePlan, PlanOvertaken } from './change-plan.js';
import { claimIntent } from './claim-intent.js';
import { attemptsOf, openAttempts, plansOf, planView, planViewOfIntent } from './read-plans.js';
import { requeueOverdue, type OverdueQueues } from './requeue-overdue.js';
import { sweptMarkets } from './swept-markets.js';

export class PostgresExecutionStore implements ExecutionStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly jobs: OverdueQueues,
  ) {}

  plan(planId: string): Promise<PlanView | null> {
    return withSession(this.dataSource, 'read the plan', (sql) => planView(sql, planId));
  }

  planOfIntent(intentId: string): Promise<PlanView | null> {
    return withSession(this.dataSource, 'read the plan', (sql) => planViewOfIntent(sql, intentId));
  }

  plans(portfolioId: string, { limit, beforeId }: { readonly limit: number; readonly beforeId?: string }): Promise<PlanRecord[]> {
    return withSession(this.dataSource, 'list plans', (sql) => plansOf(sql, portfolioId, limit, beforeId ?? null));
  }

  async changePlan(change: PlanChange): Promise<boolean> {
    try {
      return await inTransaction(this.dataSource, 'change the plan', (sql) => changePlan(sql, change));
    } catch (error) {
      if (error instanceof PlanOvertaken) return false;
      throw error;
    }
  }

  claim(request: ClaimRequest): Promise<ClaimResult> {
    return inTransaction(this.dataSource, 'claim the order', (sql) => claimIntent(sql, request));
  }

  takeOver(intentId: string, holder: string, nowMs: number, leaseMs: number): Promise<{ readonly intent: IntentRecord; readonly attempt: AttemptRecord } | null> {
    return inTransaction(this.dataSource, 'take over the order', (sql) => takeOver(sql, intentId, holder, nowMs, leaseMs));
  }

  changeAttempt(change: AttemptChange): Promise<boolean> {
    return inTransaction(this.dataSource, 'store what came of the order', (sql) => changeAttempt(sql, change));
  }

  book(request: BookingRequest): Promise<BookingResult> {
    return inTransaction(this.dataSource, 'book fills', (sql) => bookFills(sql, request));
  }

  attemptsOf(accountId: string, { clientOrderIds, venueOrderIds }: Parameters<ExecutionStore['attemptsOf']>[1]): ReturnType<ExecutionStore['attemptsOf']> {
    return withSession(this.dataSource, 'look orders up', (sql) => attemptsOf(sql, accountId, clientOrderIds, venueOrderIds));
  }

  openAttempts(accountId: string, deadSinceMs: number): ReturnType<ExecutionStore['openAttempts']> {
    return withSession(this.dataSource, 'look for open orders', (sql) => openAttempts(sql, accountId, deadSinceMs));
  }

  sweptMarkets(accountId: string): ReturnType<ExecutionStore['sweptMarkets']> {
    return withSession(this.dataSource, 'read which markets to sweep', (sql) => sweptMarkets(sql, accountId));
  }

  async knownTrades(accountId: string, marketId: string, venueTradeIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await withSession(this.dataSource, 'look trades up', (sql) =>
      sql.rows<{ readonly id: string }>(
        'SELECT venue_trade_id AS id FROM fill WHERE account_id = $1 AND market_id = $2 AND venue_trade_id = ANY ($3::text[])', [accountId, marketId, venueTradeIds],
      ),
    );
    return new Set(rows.map(({ id }) => id));
  }

  requeueOverdue(nowMs: number, graceMs: number, limit: number): Promise<number> {
    return inTransaction(this.dataSource, 'queue overdue work again', (sql) => requeueOverdue(sql, this.jobs, nowMs, graceMs, limit));
  }

  async quarantine(accountId: string, marketId: string, untilMs: number, reason: string): Promise<void> {
    await withSession(this.dataSource, 'keep plans from the market', (sql) =>
      sql.run(
        `INSERT INTO market_quarantine (account_id, market_id, until_ms, reason) VALUES ($1, $2, $3, left($4, 2000))
         ON CONFLICT (account_id, market_id) DO UPDATE SET until_ms = EXCLUDED.until_ms, reason = EXCLUDED.reason WHERE market_quarantine.until_ms < EXCLUDED.until_ms`,
        [accountId, marketId, untilMs, reason],
      ),
    );
  }

  async accountOfPlan(planId: string): Promise<{ readonly accountId: string; readonly mode: TradingMode } | null> {
    const [row] = await withSession(this.dataSource, "read the plan's account", (sql) =>
      sql.rows<{ readonly accountId: string; readonly mode: TradingMode }>('SELECT account_id AS "accountId", mode FROM rebalance_plan WHERE id = $1', [planId]),
    );
    return row ?? null;
  }
}
