import type { EvaluatedPortfolio, KnownRules } from '#application';
import { strictest, type PortfolioConfiguration } from '#domain';
import type { PortfolioRow } from './due-portfolios.js';

/** The row with its arrays in the configuration's listed order. */
export function toEvaluatedPortfolio(row: PortfolioRow, configuration: PortfolioConfiguration, rules: ReadonlyMap<string, KnownRules | null>): EvaluatedPortfolio {
  const { assets, quote } = configuration;
  const holdings = row.holdings ?? {};
  const quarantines = row.quarantines ?? {};
  return {
    id: row.id, accountId: row.account_id, mode: row.mode, venue: row.venue, state: row.state,
    configVersion: row.config_version, configuration, isAllocated: row.is_allocated, capital: row.capital,
    quantities: assets.map(({ base }) => holdings[base]?.[0] ?? '0'),
    cash: holdings[quote]?.[0] ?? '0',
    lastFillMs: assets.map(({ base }) => holdings[base]?.[1] ?? null),
    otherHoldings: otherHoldings(holdings, configuration),
    openPlanId: row.open_plan_id,
    tradingState: strictest(row.switches ?? []),
    account: accountOf(row),
    markets: assets.map(({ marketId }) => rules.get(marketId) ?? null),
    quarantinedUntilMs: assets.map(({ marketId }) => quarantines[marketId] ?? null),
    plansLastDay: row.plans_last_day, lastAbortedMs: row.last_aborted_ms,
    lookSeq: row.look_seq, lastLookMs: row.last_look_ms, lookRequestedMs: row.look_requested_ms,
    current: row.current, lastEquity: row.last_equity, flowsTotal: row.flows_total,
  };
}

function otherHoldings(holdings: NonNullable<PortfolioRow['holdings']>, { assets, quote }: PortfolioConfiguration): EvaluatedPortfolio['otherHoldings'] {
  const listed = new Set([quote, ...assets.map(({ base }) => base)]);
  return Object.entries(holdings).flatMap(([asset, [quantity]]) => (listed.has(asset) || Number(quantity) === 0 ? [] : [{ asset, quantity }]));
}

function accountOf(row: PortfolioRow): EvaluatedPortfolio['account'] {
  const problem = problemOf(row);
  return { isReconciled: problem === null, openOrderCount: row.open_order_count, problem };
}

/** Paper's books begin with the venue's side of them, so they count as equal until they are seen to differ. */
function problemOf({ account_id: account, mode, halt_reason: haltReason, mismatch_since_ms: mismatchMs, reconciled_ms: reconciledMs }: PortfolioRow): string | null {
  if (haltReason !== null) return `account ${account} is halted: ${haltReason}`;
  if (mismatchMs !== null) return `the books of account ${account} differ from the venue since ${new Date(mismatchMs).toISOString()}`;
  if (mode === 'live' && reconciledMs === null) return `the books of account ${account} have not been compared with the venue yet`;
  return null;
}
