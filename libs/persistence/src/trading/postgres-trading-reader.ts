import type { DataSource } from 'typeorm';
import type { BookedFill, ExecutionStore, PlanCourse, PlanOutcome, PlanView, ReconciliationRun, StateEvent, TradingReader } from '#application';
import { withSession, type Sql } from '../session/sql.js';

/** Read-only, for people: nothing is decided by it. */
export class PostgresTradingReader implements TradingReader {
  constructor(
    private readonly dataSource: DataSource,
    private readonly plans: Pick<ExecutionStore, 'plan'>,
  ) {}

  async course(planId: string): Promise<PlanCourse | null> {
    const view = await this.plans.plan(planId);
    if (view === null) return null;
    return withSession(this.dataSource, "read a plan's course", async (sql) => {
      const [[evaluation], events, fills, reconciliations] = [await evaluationOf(sql, view), await eventsOf(sql, view), await fillsOf(sql, view), await reconciliationsOf(sql, view)];
      return { view, evaluation: evaluation!, events, fills, reconciliations };
    });
  }

  planOutcomes(planIds: readonly string[]): Promise<readonly PlanOutcome[]> {
    if (planIds.length === 0) return Promise.resolve([]);
    return withSession(this.dataSource, 'read what became of plans', async (sql) => {
      const rows = await sql.rows<{ readonly outcome: PlanOutcome }>(OUTCOMES, [planIds]);
      return rows.map(({ outcome }) => outcome);
    });
  }
}

const evaluationOf = (sql: Sql, { plan }: PlanView): Promise<PlanCourse['evaluation'][]> =>
  sql.rows('SELECT id, first_ms::float8 AS "firstMs", reason, detail FROM evaluation WHERE id = $1', [plan.evaluationId]);

/** A plan has so many legs at most, and each so many attempts; their changes of state are few. */
const MOST_EVENTS = 10_000;

const eventsOf = (sql: Sql, { plan, intents, attempts }: PlanView): Promise<StateEvent[]> =>
  sql.rows<StateEvent>(
    `SELECT entity, entity_id AS "entityId", from_state AS "from", to_state AS "to", at_ms::float8 AS "atMs", actor, cause FROM state_event
     WHERE (entity, entity_id) IN (
       SELECT 'rebalance_plan', $1::text UNION ALL SELECT 'order_intent', unnest($2::text[]) UNION ALL SELECT 'order_attempt', unnest($3::text[]))
     ORDER BY id LIMIT ${MOST_EVENTS}`,
    [plan.id, intents.map(({ id }) => id), attempts.map(({ clientOrderId }) => clientOrderId)],
  );

const fillsOf = (sql: Sql, { attempts }: PlanView): Promise<BookedFill[]> =>
  sql.rows<BookedFill>(
    `SELECT client_order_id AS "clientOrderId", venue_trade_id AS "venueTradeId", side, trim_scale(price)::text AS price, trim_scale(quantity)::text AS quantity,
       trim_scale(notional)::text AS notional, trim_scale(fee)::text AS fee, fee_asset AS "feeAsset", filled_ms::float8 AS "filledMs", booked_ms::float8 AS "bookedMs"
     FROM fill WHERE client_order_id = ANY ($1::text[]) ORDER BY filled_ms, venue_trade_id LIMIT ${MOST_EVENTS}`,
    [attempts.map(({ clientOrderId }) => clientOrderId)],
  );

/** Those that the plan waited for: from its start until it ended. */
const reconciliationsOf = (sql: Sql, { plan }: PlanView): Promise<ReconciliationRun[]> =>
  sql.rows<ReconciliationRun>(
    `SELECT id, account_id AS "accountId", cause, state, is_equal AS "isEqual", asset_count AS "assetCount", differences, problem,
       requested_ms::float8 AS "requestedMs", finished_ms::float8 AS "finishedMs"
     FROM reconciliation_run WHERE account_id = $1 AND cause = 'plan' AND requested_ms >= $2 AND ($3::float8 IS NULL OR requested_ms <= $3)
     ORDER BY requested_ms LIMIT 100`,
    [plan.accountId, plan.startedMs ?? plan.createdMs, plan.finishedMs],
  );

const OUTCOMES = `
  SELECT json_build_object('planId', plan.id, 'state', plan.state, 'endReason', plan.end_reason, 'reason', plan.reason,
    'legs', (SELECT coalesce(json_agg(json_build_object('side', side, 'base', base, 'state', leg.state, 'reason', leg.reason,
               'filledQuantity', trim_scale(filled_quantity)::text, 'filledNotional', trim_scale(filled_notional)::text) ORDER BY leg.leg), '[]')
             FROM order_intent leg WHERE leg.plan_id = plan.id)) AS outcome
  FROM rebalance_plan plan WHERE plan.id = ANY ($1::text[])`;
