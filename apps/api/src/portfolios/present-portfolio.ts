import { checkFeasibility, nextReturnIndex, type DeclinedTrigger, type PortfolioConfiguration } from '#domain';
import { feasibilityInWords, type Evaluation, type Portfolio, type PortfolioPicture } from '#application';
import { moneyOf, type Evaluation as EvaluationDocument, type Portfolio as PortfolioDocument, type PortfolioHeader, type PortfolioHolding } from '#contracts';
import { instantOf } from '../backtests/present-run.js';

export const at = (epochMs: number): string => new Date(epochMs).toISOString();

/** Where it is, and whose money: stands on everything that tells of a portfolio. */
export const labelsOf = ({ mode, venue }: Pick<Portfolio, 'mode' | 'venue'>) => ({ mode, venue, money: moneyOf(mode, venue) });

export function presentHeader(portfolio: Portfolio): PortfolioHeader {
  const { id, name, accountId, state, stateReason, configuration, capital, isAllocated, configVersion, version, createdMs, changedMs } = portfolio;
  return {
    id, name, ...labelsOf(portfolio), accountId, state, stateReason,
    assets: configuration.assets.map(({ base }) => base),
    quote: configuration.quote,
    capital, isAllocated, configVersion, version,
    createdAt: at(createdMs),
    changedAt: at(changedMs),
  };
}

export function presentPortfolio(picture: PortfolioPicture): PortfolioDocument {
  const { portfolio, evaluated, explained, lastLook, openPlan, nowMs, obstacles } = picture;
  return {
    ...presentHeader(portfolio),
    configuration: presentConfiguration(portfolio),
    holdings: portfolio.configuration.assets.map((_, asset) => holdingOf(picture, asset)),
    cash: evaluated.cash,
    otherHoldings: [...evaluated.otherHoldings],
    equity: explained.totalValue,
    performance: performanceOf(picture),
    netDeposits: evaluated.flowsTotal,
    lastLook: lastLook === null ? null : lookOf(lastLook, nowMs),
    tradingState: evaluated.tradingState,
    obstacles: [...obstacles],
    openPlan: openPlan === null ? null : { id: openPlan.id, state: openPlan.state, since: at(openPlan.createdMs) },
    notices: noticesOf(picture),
  };
}

function presentConfiguration({ configuration, configSha256 }: Portfolio): PortfolioDocument['configuration'] {
  const { assets, parameters, execution, caps } = configuration;
  return { sha256: configSha256, assets: assets.map(({ base, marketId }) => ({ asset: base, marketId })), parameters, execution, caps };
}

function holdingOf({ evaluated, explained, prices, nowMs }: PortfolioPicture, asset: number): PortfolioHolding {
  const { asset: base, marketId, price, flag, value, weight, deviation } = explained.assets[asset]!;
  const latest = prices[asset] ?? null;
  return {
    asset: base, marketId, quantity: evaluated.quantities[asset] ?? '0', price,
    priceAgeMs: latest === null ? null : Math.max(0, Math.round(nowMs - latest.exchangeMs)),
    flag, value, weight, deviation,
    lastFillAt: instantOf(evaluated.lastFillMs[asset] ?? null),
  };
}

/** As of the prices that are shown beside it; without them as of the last point that was stored. */
function performanceOf({ evaluated, portfolio, explained, nowMs }: PortfolioPicture): PortfolioDocument['performance'] {
  const { lastEquity, flowsTotal } = evaluated;
  if (lastEquity === null) return { timeWeightedReturn: null, drawdown: null, since: null, asOf: null };
  const { totalValue } = explained;
  const [equity, flows, asOfMs] = totalValue === null ? [lastEquity.equity, 0, lastEquity.atMs] : [totalValue, flowsTotal - lastEquity.flowsTotal, nowMs];
  const { returnIndex, drawdown } = nextReturnIndex(lastEquity, equity, flows);
  return { timeWeightedReturn: returnIndex - 1, drawdown, since: at(portfolio.createdMs), asOf: at(asOfMs) };
}

const lookOf = ({ kind, reason, detail, firstMs, lastMs, looks }: Evaluation, nowMs: number): PortfolioDocument['lastLook'] => ({
  at: at(lastMs), ageMs: Math.max(0, Math.round(nowMs - lastMs)), kind, reason, detail, since: at(firstMs), looks,
});

/** By what it is worth now; before anything is known of that, by its capital. */
function noticesOf({ portfolio, explained }: PortfolioPicture): PortfolioDocument['notices'] {
  const { parameters, assets } = portfolio.configuration;
  return [...feasibilityInWords(checkFeasibility(parameters, assets.length, explained.totalValue ?? Number(portfolio.capital)).findings)];
}

export const presentDeclined = (declined: readonly DeclinedTrigger[], { assets }: PortfolioConfiguration): EvaluationDocument['declined'] =>
  declined.map(({ asset, kind, ratio, reason }) => ({ asset: assets[asset]?.base ?? String(asset), kind, ratio, reason }));

export function presentEvaluation(evaluation: Evaluation, configuration: PortfolioConfiguration): EvaluationDocument {
  const { id, firstMs, lastMs, looks, kind, reason, detail, declined, configVersion, codeVersion, inputSha256, planId } = evaluation;
  return { id, firstAt: at(firstMs), lastAt: at(lastMs), looks, kind, reason, detail, declined: presentDeclined(declined, configuration), configVersion, codeVersion, inputSha256, planId };
}
