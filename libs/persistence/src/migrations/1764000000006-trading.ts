import type { MigrationInterface, QueryRunner } from 'typeorm';
import { BOOKS } from './trading/books.js';
import { EVALUATIONS } from './trading/evaluations.js';
import { OPERATIONS } from './trading/operations.js';
import { ORDERS } from './trading/orders.js';
import { PORTFOLIOS } from './trading/portfolios.js';

/**
 * Portfolios, what was decided about them, plans with their orders, and the books. Tables by topic in `trading/`; they are
 * a part of this migration and as little edited as itself. Times are epoch milliseconds that the application hands in, so
 * that a simulation runs on its own clock.
 */
export class Trading1764000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...PORTFOLIOS, ...EVALUATIONS, ...ORDERS, ...BOOKS, ...OPERATIONS]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

const DOWN = [
  'ALTER TABLE outbox DROP COLUMN coalesce_key',
  `DROP TABLE request_key, paper_fill, paper_order, paper_balance, breaker, kill_switch, reconciliation_run, equity_point, sweep_watermark, portfolio_flow, holding, ledger_entry,
     ledger_transaction, fill, market_quarantine, order_attempt, order_intent, rebalance_plan, portfolio_look, evaluation, state_event,
     portfolio_configuration, portfolio, trading_account, legal_transition`,
  `DROP FUNCTION refuse_change, refuse_illegal_transition, note_state, ledger_sums_to_zero, keep_holding, keep_flow, portfolio_look_before_update`,
  'DROP DOMAIN positive_amount, amount',
];
