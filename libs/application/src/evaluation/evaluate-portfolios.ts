import type { LatestPrice } from '#domain';
import type { Failpoint } from '../failpoints/failpoint.js';
import type { KillSwitchStore } from '../kill-switch/kill-switch-store.port.js';
import type { IdSource } from '../ports/clock.port.js';
import type { Digest } from '../ports/digest.port.js';
import type { EventLog } from '../ports/event-log.port.js';
import type { VenueName } from '../ports/market-data.port.js';
import { isPassingStoreFailure, StoreFailure } from '../ports/store-failure.js';
import type { LatestPrices } from '../prices/latest-prices.port.js';
import { LastProblem } from '../rounds/last-problem.js';
import { evaluatePortfolio, isFolded, type EvaluatedLook, type EvaluationLimits } from './evaluate-portfolio.js';
import type { EvaluationInput } from './evaluation.js';
import type { EvaluatedPortfolio, EvaluationStore, LookTaken, NewEvaluation, RecordOutcome } from './evaluation-store.port.js';
import { planOfDecision } from './plan-of-decision.js';
import type { MeasuredClock } from './measured-clock.js';

export interface EvaluatePortfoliosParts {
  readonly store: Pick<EvaluationStore, 'loadDue' | 'recordFolded' | 'record'>;
  readonly prices: Pick<LatestPrices, 'read'>;
  readonly killSwitches: Pick<KillSwitchStore, 'engage'>;
  readonly venue: VenueName;
  readonly venueClock: Pick<MeasuredClock, 'nowMs'>;
  readonly ids: IdSource;
  readonly digest: Digest;
  readonly codeVersion: string;
  readonly limits: EvaluationLimits;
  /** A plan was committed with its job: it may go out at once. */
  readonly onPlanned: () => void;
  readonly failpoint: Failpoint;
  readonly log: EventLog;
}

export interface ShardLook {
  /** Portfolios that were due. */
  readonly looked: number;
  /** Of them: holds that only went on. */
  readonly folded: number;
  readonly planIds: readonly string[];
  /** Looks that did not count, since somebody else was faster. */
  readonly overtaken: number;
}

/** A look with the portfolio that it was taken at. */
interface Taken {
  readonly portfolio: EvaluatedPortfolio;
  readonly look: EvaluatedLook;
}

const NOTHING: ShardLook = { looked: 0, folded: 0, planIds: [], overtaken: 0 };

/** Looks come with prices, once a second or so: one that would be due less than half of that after such a price is due with it. */
const EARLY_MS = 500;

/** A portfolio that is only waiting for the prices of its first purchases has no pace yet that could be kept. */
const FIRST_PRICES_SECONDS = 2;

/** When the next look is due. */
export function nextLookMs({ timeMs, isAllocated, prices }: Pick<EvaluationInput, 'timeMs' | 'isAllocated' | 'prices'>, everySeconds: number): number {
  const isWaiting = !isAllocated && prices.some(({ flag }) => flag !== null);
  return Math.floor(timeMs + (isWaiting ? Math.min(FIRST_PRICES_SECONDS, everySeconds) : everySeconds) * 1_000 - EARLY_MS);
}

/** Evaluates the portfolios of a shard that are due: all of them by one reading, from the prices of one moment. */
export class EvaluatePortfolios {
  private readonly problem = new LastProblem();

  constructor(private readonly parts: EvaluatePortfoliosParts) {}

  /** @throws StoreFailure, or the failure of whatever carries prices; a second look makes good what is missing then */
  async lookAtShard(shard: number): Promise<ShardLook> {
    const { store, venue, limits, failpoint } = this.parts;
    const timeMs = await this.venueNowMs();
    if (timeMs === null) return NOTHING;
    const due = (await store.loadDue(venue, shard, timeMs)).filter(({ lastLookMs }) => lastLookMs === null || timeMs > lastLookMs);
    if (due.length === 0) return NOTHING;
    const pricesOf = await this.readPrices(due);
    await failpoint('eval.after_snapshot');
    const taken = due.flatMap((portfolio) => this.orNothing(portfolio, () => [{ portfolio, look: evaluatePortfolio(portfolio, pricesOf(portfolio), timeMs, limits) }]));
    return this.store(taken);
  }

  /** What is wrong with one portfolio must not keep the others of its shard from being looked at. */
  private orNothing<Value>(portfolio: EvaluatedPortfolio, work: () => readonly Value[]): readonly Value[] {
    try {
      return work();
    } catch (error) {
      this.tellOfFault(portfolio, error);
      return [];
    }
  }

  private tellOfFault({ id: portfolioId }: EvaluatedPortfolio, error: unknown): void {
    this.parts.log.error({ event: 'evaluation-failed', portfolioId, error }, 'A portfolio could not be evaluated');
  }

  private async venueNowMs(): Promise<number | null> {
    const timeMs = await this.parts.venueClock.nowMs();
    if (timeMs !== null) this.problem.ends();
    else if (this.problem.changesTo('clock')) this.parts.log.warn({ event: 'venue-clock-unknown', venue: this.parts.venue }, 'No ingestor has measured the clock of the venue yet: nothing is evaluated');
    return timeMs;
  }

  /** One call for all markets of all portfolios. */
  private async readPrices(portfolios: readonly EvaluatedPortfolio[]): Promise<(portfolio: EvaluatedPortfolio) => (LatestPrice | null)[]> {
    const marketIds = [...new Set(portfolios.flatMap(({ configuration }) => configuration.assets.map(({ marketId }) => marketId)))];
    const prices = await this.parts.prices.read(this.parts.venue, marketIds);
    const byId = new Map(marketIds.map((marketId, index) => [marketId, prices[index] ?? null]));
    return ({ configuration }) => configuration.assets.map(({ marketId }) => byId.get(marketId) ?? null);
  }

  /** Plans first: their orders are waiting for nothing else. */
  private async store(taken: readonly Taken[]): Promise<ShardLook> {
    await this.haltWhereAsked(taken);
    const [plans, holds] = parted(taken, ({ look }) => look.outcome.kind === 'plan');
    const planned = await this.recordEach(plans);
    const [folded, changed] = parted(holds, ({ portfolio, look }) => isFolded(portfolio.current, look.outcome, portfolio.configVersion));
    const counted = await this.parts.store.recordFolded(folded.map(lookTaken));
    const held = await this.recordEach(changed);
    const overtaken = [...planned, ...held].filter(({ outcome }) => outcome !== 'recorded').length + folded.length - counted.size;
    const planIds = planned.flatMap(({ outcome, evaluation }) => (outcome === 'recorded' ? [evaluation.plan!.plan.id] : []));
    return { looked: taken.length, folded: counted.size, planIds, overtaken };
  }

  private async recordEach(taken: readonly Taken[]): Promise<readonly { readonly outcome: RecordOutcome; readonly evaluation: NewEvaluation }[]> {
    const recorded: { readonly outcome: RecordOutcome; readonly evaluation: NewEvaluation }[] = [];
    for (const each of taken) {
      try {
        const evaluation = this.evaluationOf(each);
        const outcome = await this.parts.store.record(evaluation);
        recorded.push({ outcome, evaluation });
        if (outcome === 'recorded') await this.tell(evaluation, each);
      } catch (error) {
        if (isPassingStoreFailure(error) || !(error instanceof StoreFailure)) throw error;
        this.tellOfFault(each.portfolio, error);
      }
    }
    return recorded;
  }

  private evaluationOf(taken: Taken): NewEvaluation {
    const { portfolio, look: { input, outcome } } = taken;
    const { ids, digest, codeVersion } = this.parts;
    const { kind, reason, detail, subject, declined } = outcome;
    const id = ids.next('ev');
    return {
      look: lookTaken(taken),
      evaluation: { id, configVersion: portfolio.configVersion, codeVersion, kind, reason, detail, subject, declined, input, inputSha256: digest(input) },
      plan: outcome.kind === 'plan' ? planOfDecision(portfolio, input, outcome, id, ids) : null,
    };
  }

  private async tell({ evaluation, plan }: NewEvaluation, { portfolio }: Taken): Promise<void> {
    const { log, onPlanned, failpoint } = this.parts;
    const { reason, detail } = evaluation;
    if (plan !== null) {
      await failpoint('eval.after_plan_commit');
      onPlanned();
      log.info({ event: 'plan-made', portfolioId: portfolio.id, planId: plan.plan.id, reason, detail, legs: plan.intents.length }, 'Made a plan');
    } else if (reason === 'failed-sanity') {
      log.error({ event: 'plan-failed-sanity', portfolioId: portfolio.id, evaluationId: evaluation.id, detail }, 'A plan that must be wrong was held back');
    }
  }

  /** Once: from then on the switch itself is what holds. */
  private async haltWhereAsked(taken: readonly Taken[]): Promise<void> {
    for (const { portfolio, look } of taken) {
      if (!look.mustHalt) continue;
      const { maxDrawdown } = portfolio.configuration.caps;
      const reason = `the equity fell further below its peak than maxDrawdown ${maxDrawdown}; raise it or set it to none before the switch is released, or the next look engages it again`;
      await this.parts.killSwitches.engage({ scope: `portfolio:${portfolio.id}`, state: 'halt', reason, setBy: 'strategy-evaluator', setMs: look.input.timeMs });
      this.parts.log.error({ event: 'drawdown-halt', portfolioId: portfolio.id, maxDrawdown }, 'Halted a portfolio that lost more than it may');
    }
  }
}

function lookTaken({ portfolio, look }: Taken): LookTaken {
  const { timeMs } = look.input;
  return {
    portfolioId: portfolio.id, lookSeq: portfolio.lookSeq, lookRequestedMs: portfolio.lookRequestedMs, atMs: timeMs,
    nextLookMs: nextLookMs(look.input, portfolio.configuration.parameters.evaluateEverySeconds), equity: look.equity,
  };
}

function parted<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): readonly [readonly Item[], readonly Item[]] {
  const [first, second]: [Item[], Item[]] = [[], []];
  for (const item of items) (isFirst(item) ? first : second).push(item);
  return [first, second];
}
