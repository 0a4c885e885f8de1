import type { PortfolioConfiguration } from '#domain';
import type { EvaluationStore } from '../evaluation/evaluation-store.port.js';
import type { Evaluation, EvaluationInput } from '../evaluation/evaluation.js';
import type { PlanOutcome, TradingReader } from '../execution/trading-reader.port.js';
import type { Digest } from '../ports/digest.port.js';
import { declinedInWords, explainInput, type ExplainedInput } from './explain-input.js';
import type { Obstacle } from './obstacles.js';
import type { PortfolioStore } from './portfolio-store.port.js';
import type { Portfolio } from './portfolio.js';
import type { PortfolioPicture, ReadPortfolio } from './read-portfolio.js';

/** A decision with what stood against it and what came of it. */
export interface ExplainedDecision {
  readonly evaluation: Evaluation;
  readonly configuration: PortfolioConfiguration;
  readonly wanted: string;
  /** Null: nothing. */
  readonly blocked: string | null;
  readonly done: string;
}

export interface Explanation {
  readonly portfolio: Portfolio;
  readonly atMs: number;
  /** Null: now, and nothing of it is stored. */
  readonly evaluation: Evaluation | null;
  /** Whether the stored inputs give today what was decided then; null: nothing was stored. */
  readonly isReproduced: boolean | null;
  readonly configVersion: number;
  readonly configuration: PortfolioConfiguration;
  readonly input: EvaluationInput;
  readonly explained: ExplainedInput;
  readonly obstacles: readonly Obstacle[];
  readonly nextLookMs: number | null;
  /** Newest first. */
  readonly decisions: readonly ExplainedDecision[];
}

export type ExplainResult = { readonly kind: 'explained'; readonly explanation: Explanation } | { readonly kind: 'not-found' } | { readonly kind: 'never-looked-at'; readonly portfolio: Portfolio };

export interface ExplainPortfolioParts {
  readonly read: Pick<ReadPortfolio, 'run'>;
  readonly store: Pick<PortfolioStore, 'find' | 'configurations'>;
  readonly evaluations: Pick<EvaluationStore, 'evaluations'>;
  readonly reader: Pick<TradingReader, 'planOutcomes'>;
  readonly digest: Digest;
}

const DECISIONS = 10;

/** Says why a portfolio does what it does: now from the prices of now, or then from what was stored then. */
export class ExplainPortfolio {
  constructor(private readonly parts: ExplainPortfolioParts) {}

  /** @throws StoreFailure */
  async run(idOrName: string, atMs: number | null): Promise<ExplainResult> {
    if (atMs !== null) return this.earlier(idOrName, atMs);
    const picture = await this.parts.read.run(idOrName);
    return picture === null ? { kind: 'not-found' } : { kind: 'explained', explanation: await this.current(picture) };
  }

  private async current({ portfolio, evaluated, nowMs, input, explained, obstacles }: PortfolioPicture): Promise<Explanation> {
    return {
      portfolio, atMs: nowMs, evaluation: null, isReproduced: null, configVersion: evaluated.configVersion, configuration: evaluated.configuration, input, explained, obstacles,
      nextLookMs: nextLookMs(evaluated, nowMs),
      decisions: await this.decisions(await this.parts.evaluations.evaluations(portfolio.id, { limit: DECISIONS }), portfolio),
    };
  }

  private async earlier(idOrName: string, atMs: number): Promise<ExplainResult> {
    const portfolio = await this.parts.store.find(idOrName);
    if (portfolio === null) return { kind: 'not-found' };
    const evaluations = await this.parts.evaluations.evaluations(portfolio.id, { atMs, limit: DECISIONS });
    const [evaluation] = evaluations;
    if (evaluation === undefined) return { kind: 'never-looked-at', portfolio };
    const decisions = await this.decisions(evaluations, portfolio);
    const { configuration } = decisions[0]!;
    const { input, configVersion } = evaluation;
    const explained = explainInput(input, configuration);
    return {
      kind: 'explained',
      explanation: {
        portfolio, atMs: input.timeMs, evaluation, configVersion, configuration, input, explained, decisions,
        isReproduced: isReproduced(evaluation, explained, this.parts.digest),
        obstacles: isOfStrategy(evaluation.reason) ? [] : [{ code: evaluation.reason, detail: evaluation.detail ?? evaluation.reason }],
        nextLookMs: null,
      },
    };
  }

  private async decisions(evaluations: readonly Evaluation[], portfolio: Portfolio): Promise<readonly ExplainedDecision[]> {
    if (evaluations.length === 0) return [];
    const versions = new Map((await this.parts.store.configurations(portfolio.id)).map(({ version, configuration }) => [version, configuration]));
    const planIds = evaluations.flatMap(({ planId }) => planId ?? []);
    const outcomes = new Map((await this.parts.reader.planOutcomes(planIds)).map((outcome) => [outcome.planId, outcome]));
    return evaluations.map((evaluation) => {
      const configuration = versions.get(evaluation.configVersion) ?? portfolio.configuration;
      return explainedDecision(evaluation, configuration, outcomes.get(evaluation.planId ?? '') ?? null);
    });
  }
}

function nextLookMs({ state, lastLookMs, lookRequestedMs, configuration }: PortfolioPicture['evaluated'], nowMs: number): number | null {
  if (state !== 'running' && state !== 'buys-paused' && state !== 'paused') return null;
  if (lastLookMs === null || lookRequestedMs !== null) return nowMs;
  return Math.max(nowMs, lastLookMs + configuration.parameters.evaluateEverySeconds * 1_000);
}

const OF_STRATEGY: ReadonlySet<string> = new Set(['no-value', 'within-thresholds', 'all-in-cooldown', 'no-plan', 'not-feasible', 'initial', 'upside', 'downside', 'limit']);

/** Not of a guard, which does not ask the strategy. */
export const isOfStrategy = (reason: string): boolean => OF_STRATEGY.has(reason);

function isReproduced(evaluation: Evaluation, { verdict }: ExplainedInput, digest: Digest): boolean {
  if (digest(evaluation.input) !== evaluation.inputSha256) return false;
  if (!isOfStrategy(evaluation.reason)) return true;
  return verdict !== null && verdict.kind === evaluation.kind && verdict.reason === evaluation.reason && digest(verdict.declined) === digest(evaluation.declined);
}

function explainedDecision(evaluation: Evaluation, configuration: PortfolioConfiguration, outcome: PlanOutcome | null): ExplainedDecision {
  const { verdict } = explainInput(evaluation.input, configuration);
  const names = configuration.assets.map(({ base }) => base);
  const declined = evaluation.declined.map((one) => declinedInWords(one, names)).join('; ');
  return {
    evaluation, configuration,
    wanted: verdict === null ? 'not known: a price was missing or not to be trusted' : verdict.kind === 'hold' && verdict.declined.length === 0 ? 'nothing' : verdict.detail,
    blocked: blockedBy(evaluation, declined, outcome),
    done: evaluation.kind === 'hold' ? 'nothing' : doneInWords(outcome, configuration.quote),
  };
}

function blockedBy({ kind, reason, detail }: Evaluation, declined: string, outcome: PlanOutcome | null): string | null {
  if (kind === 'plan') return outcome === null || outcome.endReason === null ? null : `${outcome.endReason}${outcome.reason === null ? '' : `: ${outcome.reason}`}`;
  if (isOfStrategy(reason)) return declined === '' ? null : declined;
  return `${reason}${detail === null ? '' : `: ${detail}`}`;
}

function doneInWords(outcome: PlanOutcome | null, quote: string): string {
  if (outcome === null) return 'the plan is not known';
  const legs = outcome.legs.map(({ side, base, state, reason, filledQuantity, filledNotional }) => {
    const filled = Number(filledQuantity) > 0 ? `${side === 'buy' ? 'bought' : 'sold'} ${filledQuantity} ${base} for ${Number(filledNotional).toFixed(2)} ${quote}` : `${side} ${base}: ${state}`;
    return reason === null ? filled : `${filled} (${reason})`;
  });
  return `plan ${outcome.planId} is ${outcome.state}${legs.length === 0 ? '' : `: ${legs.join('; ')}`}`;
}
