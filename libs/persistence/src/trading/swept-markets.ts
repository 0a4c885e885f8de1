import type { ExecutionStore } from '#application';
import type { Sql } from '../session/sql.js';

/**
 * What was ever swept stays swept: a market has a watermark since the first sweep after it came into a portfolio. Names of
 * assets are the venue's where they are known, else the portfolio's.
 */
const MARKETS = `
  WITH basket AS (
    SELECT asset ->> 'marketId' AS market_id, asset ->> 'base' AS base, configuration.document ->> 'quote' AS quote
    FROM portfolio JOIN portfolio_configuration configuration ON configuration.portfolio_id = portfolio.id AND configuration.version = portfolio.config_version
    CROSS JOIN LATERAL jsonb_array_elements(configuration.document -> 'assets') AS asset
    WHERE portfolio.account_id = $1 AND portfolio.state <> 'deleted'),
  active AS (
    SELECT intent.market_id, intent.base, configuration.document ->> 'quote' AS quote
    FROM rebalance_plan plan JOIN order_intent intent ON intent.plan_id = plan.id
    JOIN portfolio_configuration configuration ON configuration.portfolio_id = plan.portfolio_id AND configuration.version = plan.config_version
    WHERE plan.account_id = $1 AND plan.state IN ('draft', 'executing', 'settling', 'needs-human')),
  needed AS (
    SELECT market_id, base, quote, false AS is_active FROM basket UNION ALL SELECT market_id, base, quote, true FROM active
    UNION ALL SELECT market_id, NULL, NULL, false FROM sweep_watermark WHERE account_id = $1),
  named AS (SELECT market_id, max(base) AS base, max(quote) AS quote, bool_or(is_active) AS is_active FROM needed GROUP BY market_id)
  SELECT named.market_id AS "marketId", coalesce(market.base, named.base) AS base, coalesce(market.quote, named.quote) AS quote,
    swept.watermark_ms::float8 AS "watermarkMs", swept.begin_ms::float8 AS "beginMs", named.is_active AS "isActive"
  FROM named CROSS JOIN (SELECT venue FROM trading_account WHERE id = $1) AS account
  LEFT JOIN market ON market.venue = account.venue AND market.market_id = named.market_id
  LEFT JOIN sweep_watermark swept ON swept.account_id = $1 AND swept.market_id = named.market_id
  WHERE coalesce(market.base, named.base) IS NOT NULL
  ORDER BY named.market_id`;

type SweptMarkets = Awaited<ReturnType<ExecutionStore['sweptMarkets']>>;

export const sweptMarkets = (sql: Sql, accountId: string): Promise<SweptMarkets[number][]> => sql.rows(MARKETS, [accountId]);
