import type { ClaimFacts, IntentRecord, PlanRecord } from '#application';
import { strictest, type PortfolioConfiguration, type PortfolioState, type RiskCaps, type Tradability, type TradingState } from '#domain';
import type { Sql } from '../session/sql.js';
import { accountLock } from './account-lock.js';
import { COUNTS_AS_PLAN } from './counted-plans.js';
import { KILL_SWITCH_LOCK } from './kill-switch-lock.js';
import { intentJson, planJson } from './record-json.js';

/** What a claim is judged by, and what stands in its way before it is. */
export interface ClaimReading {
  readonly facts: ClaimFacts;
  /** Until when another order of the account is being sent; null: none is. */
  readonly busyUntilMs: number | null;
}

/**
 * Locks that the transaction holds to its end, in a statement of their own: what the next one reads is then of after they
 * were given. False: there is no such intent.
 */
export async function lockForClaim(sql: Sql, intentId: string): Promise<boolean> {
  const locked = await sql.rows(
    `SELECT pg_advisory_xact_lock_shared(${KILL_SWITCH_LOCK}), ${accountLock('intent.account_id')}
     FROM order_intent intent JOIN rebalance_plan plan ON plan.id = intent.plan_id WHERE intent.id = $1 FOR NO KEY UPDATE OF plan, intent`,
    [intentId],
  );
  return locked.length > 0;
}

interface FactsRow {
  readonly intent: IntentRecord;
  readonly plan: PlanRecord;
  readonly configuration: PortfolioConfiguration;
  readonly currentCaps: RiskCaps;
  readonly portfolioState: PortfolioState;
  readonly switches: readonly TradingState[];
  readonly account: ClaimFacts['account'];
  readonly breakerOpenUntilMs: number | null;
  readonly market: (NonNullable<ClaimFacts['market']> & { readonly isListed: boolean }) | null;
  readonly quarantinedUntilMs: number | null;
  readonly usage: ClaimFacts['usage'];
  readonly quantityHeld: string | null;
  readonly cashHeld: string | null;
  readonly busyUntilMs: number | null;
}

export async function readForClaim(sql: Sql, intentId: string, nowMs: number): Promise<ClaimReading> {
  const [row] = await sql.rows<FactsRow>(FACTS, [intentId, nowMs]);
  const { switches, market, quantityHeld, cashHeld, busyUntilMs, ...facts } = row!;
  return {
    busyUntilMs,
    facts: { ...facts, tradingState: strictest(switches), market: market === null ? null : asKnown(market), quantityHeld: quantityHeld ?? '0', cashHeld: cashHeld ?? '0' },
  };
}

/** A market that its venue no longer lists keeps what was last said of it; it is not to be traded by that. */
function asKnown({ isListed, ...market }: NonNullable<FactsRow['market']>): ClaimFacts['market'] {
  if (isListed) return market;
  const tradability: Tradability = { kind: 'untradable', reason: 'not-online', detail: `${market.rules.marketId} is no longer listed` };
  return { ...market, tradability };
}

const HELD = (asset: string): string =>
  `(SELECT trim_scale(quantity)::text FROM holding
    WHERE holding.account_id = intent.account_id AND holding.portfolio_id = intent.portfolio_id AND holding.asset = ${asset})`;

/** What was proven not to have come to be counts against no cap. */
const COUNTS = `state NOT IN ('not-sent', 'rejected')`;

const USAGE = `
  SELECT json_build_object(
    'notionalOfPlan', (SELECT trim_scale(coalesce(sum(sent.notional), 0))::text FROM order_attempt sent JOIN order_intent leg ON leg.id = sent.intent_id
                       WHERE leg.plan_id = intent.plan_id AND sent.${COUNTS}),
    'notionalLastHour', trim_scale(coalesce(sum(notional) FILTER (WHERE created_ms > $2::bigint - 3600000), 0))::text,
    'notionalLastDay', trim_scale(coalesce(sum(notional), 0))::text,
    'ordersLastMinute', count(*) FILTER (WHERE created_ms > $2::bigint - 60000),
    'plansLastDay', (SELECT count(*) FROM rebalance_plan made WHERE made.portfolio_id = intent.portfolio_id AND made.created_ms > $2::bigint - 86400000
                       AND ${COUNTS_AS_PLAN('made')})) AS usage
  FROM order_attempt WHERE portfolio_id = intent.portfolio_id AND created_ms > $2::bigint - 86400000 AND ${COUNTS}`;

const FACTS = `
  SELECT ${intentJson('intent')} AS intent, ${planJson('plan')} AS plan, configuration.document AS configuration, newest.document -> 'caps' AS "currentCaps",
    portfolio.state AS "portfolioState", recent.usage,
    ARRAY(SELECT kill_switch.state FROM kill_switch
          WHERE is_current AND scope IN ('all', 'account:' || intent.account_id, 'portfolio:' || intent.portfolio_id)) AS switches,
    json_build_object('isReconciled', account.reconciled_ms IS NOT NULL AND account.mismatch_since_ms IS NULL, 'haltReason', account.halt_reason) AS account,
    (SELECT max(open_until_ms)::float8 FROM breaker
     WHERE key IN ('account:' || intent.account_id, 'market:' || plan.venue || ':' || intent.market_id) AND open_until_ms > $2::bigint) AS "breakerOpenUntilMs",
    (SELECT json_build_object('rules', rules, 'tradability', tradability, 'seenMs', seen_ms, 'isListed', is_listed)
     FROM market WHERE market.venue = plan.venue AND market.market_id = intent.market_id) AS market,
    (SELECT until_ms::float8 FROM market_quarantine quarantine
     WHERE quarantine.account_id = intent.account_id AND quarantine.market_id = intent.market_id AND until_ms > $2::bigint) AS "quarantinedUntilMs",
    ${HELD('intent.base')} AS "quantityHeld", ${HELD(`configuration.document ->> 'quote'`)} AS "cashHeld",
    (SELECT max(other.lease_until_ms)::float8 FROM order_intent other
     WHERE other.account_id = intent.account_id AND other.state = 'sending' AND other.id <> intent.id AND other.lease_until_ms > $2::bigint) AS "busyUntilMs"
  FROM order_intent intent
  JOIN rebalance_plan plan ON plan.id = intent.plan_id
  JOIN portfolio ON portfolio.id = intent.portfolio_id
  JOIN trading_account account ON account.id = intent.account_id
  JOIN portfolio_configuration configuration ON configuration.portfolio_id = plan.portfolio_id AND configuration.version = plan.config_version
  JOIN portfolio_configuration newest ON newest.portfolio_id = portfolio.id AND newest.version = portfolio.config_version
  CROSS JOIN LATERAL (${USAGE}) AS recent
  WHERE intent.id = $1`;
