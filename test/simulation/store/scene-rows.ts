import { ulid } from 'ulid';
import type { NewPortfolio, Portfolio, PortfolioStore } from '#application';
import { aNewPortfolio } from '#testing';
import type { MemoryDatabase } from './memory-database.js';

/** What conformance suites need beside the stores that they test. 2026-01-01 00:00:00 UTC. */
const START_MS = 1_767_225_600_000;

export async function aPaperPortfolio(store: PortfolioStore, change: Partial<NewPortfolio> = {}): Promise<Portfolio> {
  const outcome = await store.create(aNewPortfolio(change));
  if (outcome.kind !== 'created') throw new Error(`not created: ${outcome.kind}`);
  return outcome.portfolio;
}

/** A plan of the portfolio, as a draft, with the evaluation that it came from; its id. */
export function openPlan({ portfolios, evaluations, plans }: MemoryDatabase, portfolioId: string): string {
  const [evaluationId, planId] = [`ev_${ulid()}`, `pl_${ulid()}`];
  const { accountId, mode, venue } = portfolios.get(portfolioId)!;
  evaluations.insert({
    id: evaluationId, portfolioId, lookSeq: 1, firstMs: START_MS, lastMs: null, lookCount: null, configVersion: 1, codeVersion: 'test', kind: 'plan',
    reason: 'upside', detail: null, subject: null, declined: [], inputSha256: '0'.repeat(64),
    input: { timeMs: START_MS, prices: [], quantities: [], cash: 0, lastFillMs: [], tradingFee: 0, isAllocated: true },
  });
  plans.insert({
    id: planId, portfolioId, accountId, mode, venue, evaluationId, configVersion: 1, state: 'draft', version: 1, endReason: null, reason: null,
    decision: { kind: 'initial', decidedAtMs: START_MS, totalValue: 0, prices: [], purchases: [] },
    createdMs: START_MS, deadlineMs: START_MS, startedMs: null, finishedMs: null, nextActionMs: START_MS, requeuedMs: null, changedMs: START_MS, changedBy: null,
  });
  return planId;
}
