import type { CurrentEvaluation, EvaluatedPortfolio, VenueName } from '#application';
import type { PortfolioState, TradingMode, TradingState } from '#domain';
import { COUNTS_AS_PLAN } from '../trading/counted-plans.js';

/** One portfolio as the statement below reads it. What is indexed by asset is by name here. */
export interface PortfolioRow {
  readonly id: string;
  readonly account_id: string;
  readonly mode: TradingMode;
  readonly venue: VenueName;
  readonly state: PortfolioState;
  readonly config_version: number;
  readonly is_allocated: boolean;
  readonly capital: string;
  readonly look_seq: number;
  readonly last_look_ms: number | null;
  readonly look_requested_ms: number | null;
  readonly reconciled_ms: number | null;
  readonly mismatch_since_ms: number | null;
  readonly halt_reason: string | null;
  readonly open_order_count: number;
  readonly flows_total: number;
  /** By asset: quantity and time of the last fill. */
  readonly holdings: Readonly<Record<string, readonly [string, number | null]>> | null;
  readonly open_plan_id: string | null;
  readonly switches: readonly TradingState[] | null;
  readonly plans_last_day: number;
  readonly last_aborted_ms: number | null;
  /** By market. */
  readonly quarantines: Readonly<Record<string, number>> | null;
  readonly current: CurrentEvaluation | null;
  readonly last_equity: EvaluatedPortfolio['lastEquity'];
}

/** The order of the assets does not matter to their worth. */
const IS_OTHER_BASKET = `coalesce((
  SELECT NOT ((was.document -> 'assets') @> (current.document -> 'assets') AND (was.document -> 'assets') <@ (current.document -> 'assets'))
  FROM portfolio_configuration was, portfolio_configuration current
  WHERE was.portfolio_id = p.id AND was.version = equity_point.config_version AND current.portfolio_id = p.id AND current.version = p.config_version), false)`;

/** Of plans that are done only those of the last minutes are looked into: what they could not trade then, the next could not either. */
const IS_IN_VAIN = `CASE state WHEN 'aborted' THEN true
  WHEN 'done' THEN finished_ms > $1::float8 - 300000 AND NOT EXISTS (SELECT FROM order_intent WHERE plan_id = plan.id AND filled_quantity > 0) ELSE false END`;

/**
 * All that an evaluation needs of a portfolio but its configuration and its markets' rules, which are kept in memory. One
 * reading, so that holdings, flows, plan and look are of the same moment. $1: now, by the venue's clock.
 */
const PORTFOLIO = `
  SELECT p.id, p.account_id, p.mode, p.venue, p.state, p.config_version, p.is_allocated, trim_scale(p.capital)::text AS capital,
    look.look_seq::float8, look.last_look_ms::float8, look.look_requested_ms::float8,
    account.reconciled_ms::float8, account.mismatch_since_ms::float8, account.halt_reason, account.open_order_count,
    coalesce(flow.total, 0) AS flows_total,
    (SELECT json_object_agg(asset, json_build_array(trim_scale(quantity)::text, last_fill_ms)) FROM holding
       WHERE account_id = p.account_id AND portfolio_id = p.id) AS holdings,
    (SELECT id FROM rebalance_plan WHERE portfolio_id = p.id AND state IN ('draft', 'executing', 'settling', 'needs-human')) AS open_plan_id,
    (SELECT json_agg(state) FROM kill_switch WHERE is_current AND scope IN ('all', 'account:' || p.account_id, 'portfolio:' || p.id)) AS switches,
    recent.plans_last_day, recent.last_aborted_ms,
    (SELECT json_object_agg(market_id, until_ms) FROM market_quarantine WHERE account_id = p.account_id AND until_ms > $1::float8) AS quarantines,
    CASE WHEN open.id IS NOT NULL THEN json_build_object(
      'evaluationId', open.id, 'kind', open.kind, 'reason', open.reason, 'subject', open.subject, 'configVersion', open.config_version) END AS current,
    (SELECT json_build_object('atMs', at_ms, 'equity', equity, 'returnIndex', return_index, 'peakIndex', peak_index, 'flowsTotal', flows_total,
         'isOfOtherBasket', CASE WHEN config_version = p.config_version THEN false ELSE ${IS_OTHER_BASKET} END)
       FROM equity_point WHERE portfolio_id = p.id ORDER BY at_ms DESC LIMIT 1) AS last_equity
  FROM portfolio p
  JOIN portfolio_look look ON look.portfolio_id = p.id
  JOIN trading_account account ON account.id = p.account_id
  LEFT JOIN portfolio_flow flow ON flow.portfolio_id = p.id
  LEFT JOIN evaluation open ON open.id = look.evaluation_id
  CROSS JOIN LATERAL (
    SELECT (count(*) FILTER (WHERE ${COUNTS_AS_PLAN('plan')}))::int AS plans_last_day, (max(finished_ms) FILTER (WHERE ${IS_IN_VAIN}))::float8 AS last_aborted_ms
    FROM rebalance_plan plan WHERE portfolio_id = p.id AND created_ms > $1::float8 - 86400000) recent`;

/** Those that wait longest first; what a look at the shard leaves, the next one takes. */
const MOST_AT_ONCE = 2_000;

/** Parameters: now, venue, shard or null. */
export const DUE_PORTFOLIOS = `${PORTFOLIO}
  WHERE p.venue = $2 AND p.state IN ('running', 'buys-paused', 'paused') AND ($3::smallint IS NULL OR p.shard = $3)
    AND (look.next_look_ms IS NULL OR look.next_look_ms <= $1::float8 OR look.look_requested_ms IS NOT NULL)
  ORDER BY look.look_requested_ms NULLS LAST, look.next_look_ms NULLS FIRST LIMIT ${MOST_AT_ONCE}`;

/** Parameters: now, the portfolio's id. */
export const ONE_PORTFOLIO = `${PORTFOLIO} WHERE p.id = $2 AND p.state <> 'deleted'`;

/** A look is missed when the time from one to the next has passed twice; with prices each second, one late by less is none. */
const MISSED = 'look.next_look_ms + greatest(look.next_look_ms - look.last_look_ms, 1500)';

/** A portfolio that was never looked at, or has missed a look, or waits for one that was asked for. Parameters: venue, now. */
export const OVERDUE_SHARDS = `
  SELECT DISTINCT p.shard::int AS shard FROM portfolio p JOIN portfolio_look look ON look.portfolio_id = p.id
  WHERE p.venue = $1 AND p.state IN ('running', 'buys-paused', 'paused')
    AND (look.look_requested_ms IS NOT NULL OR look.last_look_ms IS NULL OR look.next_look_ms IS NULL OR ${MISSED} <= $2::float8)
  ORDER BY shard`;
