import { ulid } from 'ulid';
import type { NewPortfolio, Portfolio, PortfolioStore } from '#application';
import { postingsOfTransfer, type DecimalText, type Holder, type LedgerKind, type PlanState } from '#domain';
import { aNewPortfolio, type PlanLeg } from '#testing';
import type { MemoryDatabase } from './memory-database.js';
import { postTransaction } from './writers.js';

/** What conformance suites need beside the stores that they test. 2026-01-01 00:00:00 UTC. */
const START_MS = 1_767_225_600_000;

export async function aPaperPortfolio(store: PortfolioStore, change: Partial<NewPortfolio> = {}): Promise<Portfolio> {
  const outcome = await store.create(aNewPortfolio(change));
  if (outcome.kind !== 'created') throw new Error(`not created: ${outcome.kind}`);
  return outcome.portfolio;
}

/** A quantity below zero goes the other way. */
export function bookTransfer(
  database: MemoryDatabase, accountId: string, kind: LedgerKind, asset: string, from: Holder, to: Holder, quantity: DecimalText, flows?: readonly { readonly portfolioId: string; readonly value: number }[],
): void {
  const postings = quantity.startsWith('-') ? postingsOfTransfer(to, from, asset, quantity.slice(1)) : postingsOfTransfer(from, to, asset, quantity);
  const transaction = { key: `test:${ulid()}`, accountId, kind, occurredMs: START_MS, bookedMs: START_MS, memo: null, postings };
  database.transaction(() => postTransaction(database, flows === undefined ? transaction : { ...transaction, flows }));
}

/** A plan of the portfolio, a draft unless told, with an evaluation that no look has led to; its id. Its end, where it has one, is its beginning. */
export function openPlan(database: MemoryDatabase, portfolioId: string, { state = 'draft', createdMs = START_MS }: { readonly state?: PlanState; readonly createdMs?: number } = {}, legs: readonly PlanLeg[] = []): string {
  const [evaluationId, planId] = [anEvaluationRow(database, portfolioId, createdMs), `pl_${ulid()}`];
  const { accountId, mode, venue } = database.portfolios.get(portfolioId)!;
  const hasEnded = state === 'done' || state === 'aborted';
  database.plans.insert({
    id: planId, portfolioId, accountId, mode, venue, evaluationId, configVersion: 1, state, version: 1, endReason: null, reason: null,
    decision: { kind: 'initial', decidedAtMs: createdMs, totalValue: 0, prices: [], purchases: [] },
    createdMs, deadlineMs: createdMs, startedMs: null, finishedMs: hasEnded ? createdMs : null, nextActionMs: hasEnded ? null : createdMs,
    requeuedMs: null, changedMs: createdMs, changedBy: null,
  });
  for (const [index, leg] of legs.entries()) addLeg(database, planId, index, leg);
  return planId;
}

function anEvaluationRow({ evaluations, indexes }: MemoryDatabase, portfolioId: string, createdMs: number): string {
  const lookSeq = indexes.evaluationsOf(portfolioId).length + 1;
  const { id } = evaluations.insert({
    id: `ev_${ulid()}`, portfolioId, lookSeq, firstMs: createdMs - 1_000_000 + lookSeq, lastMs: null, lookCount: null, configVersion: 1, codeVersion: 'test',
    kind: 'plan', reason: 'upside', detail: null, subject: null, declined: [], inputSha256: '0'.repeat(64),
    input: { timeMs: createdMs, prices: [], quantities: [], cash: 0, lastFillMs: [], tradingFee: 0, isAllocated: true },
  });
  return id;
}

/** A sale of 12,000 HANA. */
function addLeg({ plans, intents, attempts }: MemoryDatabase, planId: string, leg: number, { state, filledQuantity = '0', attempt }: PlanLeg): void {
  const { portfolioId, accountId, createdMs } = plans.get(planId)!;
  const intentId = `oi_${ulid()}`;
  intents.insert({
    id: intentId, planId, portfolioId, accountId, leg, assetIndex: 0, base: 'HANA', marketId: 'HANAUSDT', side: 'sell', quantity: '12000', quoteValue: null,
    refPrice: 0.05, refPriceMs: createdMs, state, reason: null, version: 1, leaseEpoch: 0, leaseUntilMs: null, attemptCount: 0, filledQuantity, filledNotional: '0',
    feeInQuote: '0', nextActionMs: null, createdMs, finishedMs: null, requeuedMs: null, changedMs: createdMs, changedBy: null,
  });
  if (attempt === undefined) return;
  attempts.insert({
    clientOrderId: `c${attempts.size}`, intentId, accountId, portfolioId, attemptNo: 1, terms: { kind: 'market-sell', quantity: '12000' }, notional: '600', facts: {},
    signMs: createdMs, receiveWindowMs: 5_000, state: attempt, version: 1, venueOrderId: null, httpStatus: null, code: null, cause: null, notFoundVotes: 0,
    firstVoteMs: null, lastVoteMs: null, createdMs, settledMs: null, changedMs: createdMs, changedBy: null,
  });
}
