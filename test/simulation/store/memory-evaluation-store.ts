import type { EvaluatedPortfolio, Evaluation, EvaluationStore, LookTaken, NewEvaluation, RecordOutcome, VenueName } from '#application';
import type { PortfolioConfiguration } from '#domain';
import type { PlanJobPolicy } from '#persistence';
import { toEvaluatedPortfolio } from './evaluated-portfolio.js';
import { keyOf, type MemoryDatabase } from './memory-database.js';
import type { EvaluationRow, LookRow, PortfolioRow } from './rows.js';
import { insertPlan, storeEvaluation, takeLook } from './store-looks.js';

const MOST_AT_ONCE = 2_000;
/** With prices each second, a look that is late by less is not missed. */
const LEAST_LATE_MS = 1_500;
const EVALUATED_STATES: ReadonlySet<string> = new Set(['running', 'buys-paused', 'paused']);

/** Thrown to roll back; never leaves this file. */
class NotRecorded extends Error {
  constructor(readonly outcome: RecordOutcome) {
    super(outcome);
  }
}

export class MemoryEvaluationStore implements EvaluationStore {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly planJobs: PlanJobPolicy,
  ) {}

  async loadDue(venue: VenueName, shard: number | null, nowMs: number): Promise<EvaluatedPortfolio[]> {
    const due = this.evaluated(venue).filter(([portfolio, look]) => (shard === null || portfolio.shard === shard) && isDue(look, nowMs));
    const longestWaiting = due.toSorted(([, one], [, other]) => byWaiting(one, other)).slice(0, MOST_AT_ONCE);
    return longestWaiting.map(([portfolio, look]) => toEvaluatedPortfolio(this.database, portfolio, look, nowMs));
  }

  async load(portfolioId: string, nowMs: number, configuration?: PortfolioConfiguration): Promise<EvaluatedPortfolio | null> {
    const portfolio = this.database.portfolios.get(portfolioId);
    const look = this.database.looks.get(portfolioId);
    if (portfolio === undefined || look === undefined || portfolio.state === 'deleted') return null;
    const evaluated = toEvaluatedPortfolio(this.database, portfolio, look, nowMs, configuration);
    const { lastEquity } = evaluated;
    return configuration === undefined || lastEquity === null ? evaluated : { ...evaluated, lastEquity: { ...lastEquity, isOfOtherBasket: true } };
  }

  async recordFolded(looks: readonly LookTaken[]): Promise<ReadonlySet<string>> {
    return this.database.transaction(() => {
      const counted = looks.filter((taken) => {
        const seen = this.seen(taken);
        if (seen === null) return false;
        takeLook(this.database, seen, taken, { evaluationLooks: seen.evaluationLooks + 1 });
        return true;
      });
      return new Set(counted.map(({ portfolioId }) => portfolioId));
    });
  }

  async record(evaluation: NewEvaluation): Promise<RecordOutcome> {
    try {
      return this.database.transaction(() => this.store(evaluation));
    } catch (error) {
      if (error instanceof NotRecorded) return error.outcome;
      throw error;
    }
  }

  async overdueShards(venue: VenueName, nowMs: number): Promise<number[]> {
    const overdue = this.evaluated(venue).filter(([, look]) => isOverdue(look, nowMs));
    return [...new Set(overdue.map(([{ shard }]) => shard))].toSorted((one, other) => one - other);
  }

  async evaluations(portfolioId: string, { atMs, limit, beforeId }: { readonly atMs?: number; readonly limit: number; readonly beforeId?: string }): Promise<Evaluation[]> {
    const before = beforeId === undefined ? Infinity : this.lookSeqOf(portfolioId, beforeId);
    const rows = this.database.indexes.evaluationsOf(portfolioId).filter(({ firstMs, lookSeq }) => lookSeq < before && (atMs === undefined || firstMs <= atMs));
    return rows.toSorted((one, other) => other.lookSeq - one.lookSeq).slice(0, limit).map((row) => this.toEvaluation(row));
  }

  /** Portfolios are few, and stay so over any number of days. */
  private evaluated(venue: VenueName): (readonly [PortfolioRow, LookRow])[] {
    const { portfolios, looks } = this.database;
    const found: (readonly [PortfolioRow, LookRow])[] = [];
    for (const portfolio of portfolios.all()) {
      if (portfolio.venue !== venue || !EVALUATED_STATES.has(portfolio.state)) continue;
      const look = looks.get(portfolio.id);
      if (look !== undefined) found.push([portfolio, look]);
    }
    return found;
  }

  /** Null: the look that was seen is no longer the last. */
  private seen({ portfolioId, lookSeq }: LookTaken): LookRow | null {
    const look = this.database.looks.get(portfolioId);
    return look === undefined || look.lookSeq !== lookSeq ? null : look;
  }

  private store(evaluation: NewEvaluation): RecordOutcome {
    const { look, plan } = evaluation;
    const { indexes } = this.database;
    const seen = this.seen(look);
    const isTaken = indexes.evaluationOfLook(keyOf(look.portfolioId, look.lookSeq + 1)).length > 0 || indexes.evaluationAt(keyOf(look.portfolioId, look.atMs)).length > 0;
    if (seen === null || isTaken) throw new NotRecorded('overtaken');
    storeEvaluation(this.database, seen, evaluation);
    if (plan === null) return 'recorded';
    if (indexes.openPlansOfPortfolio(plan.plan.portfolioId).length > 0) throw new NotRecorded('plan-open');
    insertPlan(this.database, this.planJobs, plan);
    return 'recorded';
  }

  /** Of nobody's evaluation there is none before. */
  private lookSeqOf(portfolioId: string, evaluationId: string): number {
    const row = this.database.evaluations.get(evaluationId);
    return row?.portfolioId === portfolioId ? row.lookSeq : -Infinity;
  }

  private toEvaluation({ lookSeq: _seq, lookCount, lastMs, subject: _subject, ...row }: EvaluationRow): Evaluation {
    const look = this.database.looks.get(row.portfolioId);
    const open = look?.evaluationId === row.id ? look : undefined;
    const [plan] = this.database.indexes.plansOfEvaluation(row.id);
    return { ...row, lastMs: lastMs ?? open?.lastLookMs ?? row.firstMs, looks: lookCount ?? open?.evaluationLooks ?? 1, planId: plan?.id ?? null };
  }
}

const isDue = ({ nextLookMs, lookRequestedMs }: LookRow, nowMs: number): boolean => nextLookMs === null || nextLookMs <= nowMs || lookRequestedMs !== null;

/** Those that a look was asked for first, the longest waiting first; then by their time, those that never had one first. */
const byWaiting = (one: LookRow, other: LookRow): number =>
  compare(one.lookRequestedMs ?? Infinity, other.lookRequestedMs ?? Infinity) || compare(one.nextLookMs ?? -Infinity, other.nextLookMs ?? -Infinity);

const compare = (one: number, other: number): number => (one === other ? 0 : one < other ? -1 : 1);

function isOverdue({ lastLookMs, nextLookMs, lookRequestedMs }: LookRow, nowMs: number): boolean {
  if (lookRequestedMs !== null || lastLookMs === null || nextLookMs === null) return true;
  return nextLookMs + Math.max(nextLookMs - lastLookMs, LEAST_LATE_MS) <= nowMs;
}
