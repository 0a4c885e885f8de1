export {
  DEFAULT_PARAMETERS,
  MAX_ASSETS,
  PARAMETER_RULES,
  checkBasket,
  parseParameters,
  ruleInWords,
  type EnumRule,
  type FillAt,
  type NumberRule,
  type ParameterFault,
  type ParameterName,
  type ParameterRule,
  type ParsedParameters,
  type StrategyParameters,
} from './strategy/parameters.js';
export { type PortfolioSnapshot } from './portfolio/portfolio-snapshot.js';
export { describeStandings, valueHoldings, type AssetStanding, type Valuation } from './portfolio/valuation.js';
export {
  type PlannedSale,
  type PurchaseAim,
  type RebalancePlan,
  type Trigger,
  type TriggerKind,
} from './planning/rebalance-plan.js';
export { type PlanRefusal } from './planning/plan-sales.js';
export {
  planInitialAllocation,
  planPurchases,
  planRestOfStart,
  sizePurchase,
  type PlannedPurchase,
  type SizedPurchase,
  type SkipReason,
} from './planning/plan-purchases.js';
export {
  decideRebalance,
  isInCooldown,
  type DeclineReason,
  type DeclinedTrigger,
  type HoldReason,
  type RebalanceDecision,
} from './strategy/decide-rebalance.js';
export { checkFeasibility, type Feasibility, type FeasibilityFinding } from './strategy/feasibility.js';
export * from './market/interval.js';
export * from './market/series-identity.js';
export * from './market/candle-columns.js';
export * from './market/candle-rules.js';
export * from './market/read-decimal.js';
export * from './market/gap-jump.js';
export * from './market/merge-candles.js';
export * from './market/coverage.js';
export * from './market/market-rules.js';
export * from './market/open-time-spans.js';
export * from './market/resembling-names.js';
export * from './market/market-group.js';
export * from './market/price-quality.js';
export * from './market/share-groups.js';
export * from './portfolio/portfolio-configuration.js';
export * from './portfolio/portfolio-name.js';
export * from './portfolio/portfolio-states.js';
export * from './planning/plan-states.js';
export * from './order/order-states.js';
export * from './risk/trading-state.js';
export * from './ledger/postings.js';
export * from './order/order-terms.js';
export * from './order/client-order-id.js';
export * from './order/decimal-steps.js';
export * from './order/decimal-sums.js';
export * from './order/size-order.js';
export * from './order/estimate-fill.js';
export * from './order/dead-rule.js';
export * from './planning/legs-of-plan.js';
export * from './risk/caps.js';
export * from './strategy/live-parameters.js';
export * from './order/paper-fill.js';
export * from './portfolio/time-weighted.js';
export * from './portfolio/trigger-prices.js';
export * from './risk/plan-sanity.js';
export { rankTriggers } from './strategy/rank-triggers.js';
export * from './ledger/balance-differences.js';
export * from './ledger/external-flows.js';
