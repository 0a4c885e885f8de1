import { NOW_MS } from '../../integration/trading/trading-rows.js';
import { indexesOf } from '../store/database-indexes.js';
import { aMarketRow, anAccountRow, anIntentRow, aPlanRow, aPortfolioRow } from '../store/memory-scene.js';
import { operationIndexesOf } from '../store/operation-indexes.js';
import type { AttemptRow, FillRow } from '../store/rows.js';
import { Tables } from '../store/tables.js';
import { Violations } from './violations.js';

export { NOW_MS };

/** The tables as checkers see them, without the rules: what the database itself would refuse can be planted. */
export class LawlessDatabase extends Tables {
  readonly indexes = { ...indexesOf(this), ...operationIndexesOf(this) };
}

/** A running portfolio of 10,000 USDT at a reconciled account, a market that is open, and a plan with one leg: a sale of 12,000 HANA. */
export function openLawlessScene() {
  const database = new LawlessDatabase(() => NOW_MS);
  const violations = new Violations(() => NOW_MS);
  const accountId = anAccountRow(database, { id: 'account' });
  const portfolioId = aPortfolioRow(database, accountId, { id: 'portfolio' });
  for (const base of ['HANA', 'AIA']) aMarketRow(database, base);
  const planId = aPlanRow(database, portfolioId, { id: 'plan' });
  const intentId = anIntentRow(database, planId, { id: 'intent' });
  return { database, violations, accountId, portfolioId, planId, intentId };
}

export type LawlessScene = ReturnType<typeof openLawlessScene>;

/** A sale for 600 USDT, just claimed. */
export function anAttemptRow({ intents, attempts }: LawlessDatabase, intentId: string, change: Partial<AttemptRow> = {}): AttemptRow {
  const { accountId, portfolioId } = intents.get(intentId)!;
  return attempts.insert({
    clientOrderId: `r${attempts.size + 1}`, intentId, accountId, portfolioId, attemptNo: 1, terms: { kind: 'market-sell', quantity: '12000' }, notional: '600', facts: {},
    signMs: NOW_MS, receiveWindowMs: 5_000, state: 'prepared', version: 1, venueOrderId: null, httpStatus: null, code: null, cause: null, notFoundVotes: 0,
    firstVoteMs: null, lastVoteMs: null, createdMs: NOW_MS, settledMs: null, changedMs: NOW_MS, changedBy: null, ...change,
  });
}

/** All of the order, at 0.05. */
export function aFillRow({ fills }: LawlessDatabase, attempt: AttemptRow, fill: Partial<FillRow['fill']> = {}, change: Partial<FillRow> = {}): FillRow {
  const { accountId, portfolioId, clientOrderId } = attempt;
  return fills.insert({
    accountId, marketId: 'HANAUSDT', clientOrderId, portfolioId, bookedMs: NOW_MS, ...change,
    fill: {
      venueTradeId: `t${fills.size + 1}`, venueOrderId: 'o1', clientOrderId, marketId: 'HANAUSDT', side: 'sell', price: '0.05', quantity: '12000', notional: '600',
      fee: '0.3', feeAsset: 'USDT', isMaker: false, filledMs: NOW_MS, ...fill,
    },
  });
}

export const told = ({ violations }: LawlessScene): readonly string[] => violations.all.map(({ invariant, detail }) => `${invariant}: ${detail}`);
