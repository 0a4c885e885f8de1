import type { ExplainedDecision, Explanation } from '#application';
import type { Explanation as ExplanationDocument } from '#contracts';
import { instantOf } from '../backtests/present-run.js';
import { at, presentDeclined, presentEvaluation, presentHeader } from './present-portfolio.js';

export function presentExplanation(explanation: Explanation): ExplanationDocument {
  const { portfolio, atMs, evaluation, isReproduced, configVersion, configuration, input, explained, obstacles, nextLookMs, decisions } = explanation;
  return {
    portfolio: presentHeader(portfolio),
    at: at(atMs),
    evaluationId: evaluation?.id ?? null,
    inputSha256: evaluation?.inputSha256 ?? null,
    isReproduced,
    configVersion,
    thresholds: thresholdsOf(explanation),
    totalValue: explained.totalValue,
    meanValue: explained.meanValue,
    cash: input.cash,
    cashFloor: explained.cashFloor,
    assets: explained.assets.map(({ priceMs, cooldownUntilMs, exceeds, ...asset }) => ({
      ...asset, priceAt: instantOf(priceMs), cooldownUntil: instantOf(cooldownUntilMs), exceeds: exceeds.map(({ kind, ratio }) => ({ kind, ratio })),
    })),
    verdict: explained.verdict === null ? null : {
      ...explained.verdict,
      asset: explained.verdict.asset === null ? null : (configuration.assets[explained.verdict.asset]?.base ?? null),
      declined: presentDeclined(explained.verdict.declined, configuration),
    },
    obstacles: [...obstacles],
    nextLookAt: instantOf(nextLookMs),
    decisions: decisions.map(presentDecision),
  };
}

function thresholdsOf({ configuration }: Explanation): ExplanationDocument['thresholds'] {
  const { upsideThreshold, downsideThreshold, maxPosition, minReserve, cooldownMinutes, minOrderValue } = configuration.parameters;
  return { upside: upsideThreshold, downside: downsideThreshold, maxPosition, minReserve, cooldownMinutes, minOrderValue };
}

const presentDecision = ({ evaluation, configuration, wanted, blocked, done }: ExplainedDecision): ExplanationDocument['decisions'][number] => ({
  evaluation: presentEvaluation(evaluation, configuration), wanted, blocked, done,
});
