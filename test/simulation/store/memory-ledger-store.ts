import type { LedgerStore, LedgerTransaction } from '#application';
import type { Holder, Posting } from '#domain';
import { isMore, sumOfAmounts } from './amounts.js';
import { keyOf, type MemoryDatabase } from './memory-database.js';
import { compareTexts } from './records.js';
import { holdingOf, type LedgerRow } from './rows.js';
import { postTransaction } from './writers.js';

type Difference = Awaited<ReturnType<LedgerStore['rebuiltDifferences']>>[number];

/** As PostgresLedgerStore. */
export class MemoryLedgerStore implements LedgerStore {
  constructor(private readonly database: MemoryDatabase) {}

  async post(transaction: LedgerTransaction): Promise<boolean> {
    return this.database.transaction(() => postTransaction(this.database, transaction));
  }

  async transactions({ accountId, portfolioId, limit, beforeKey }: Parameters<LedgerStore['transactions']>[0]): Promise<LedgerTransaction[]> {
    const { ledger, indexes } = this.database;
    const beforeId = beforeKey === undefined ? Infinity : ledger.get(beforeKey)?.id;
    if (beforeId === undefined) return [];
    const rows = accountId === undefined ? [...ledger.all()] : indexes.ledgerOfAccount(accountId);
    const wanted = rows.filter((row) => row.id < beforeId && (portfolioId === undefined || row.postings.some(({ holder }) => holder.kind === 'portfolio' && holder.portfolioId === portfolioId)));
    return wanted.toSorted((one, other) => other.id - one.id).slice(0, limit).map(asTold);
  }

  async rebuiltDifferences(accountId: string): Promise<readonly Difference[]> {
    const { holdings, indexes } = this.database;
    const summed = entriesByHolding(indexes.ledgerOfAccount(accountId));
    for (const { portfolioId, asset } of indexes.holdingsOfAccount(accountId)) if (!summed.has(keyOf(portfolioId, asset))) summed.set(keyOf(portfolioId, asset), { portfolioId, asset, quantities: [] });
    const sums = Array.from(summed.values(), ({ portfolioId, asset, quantities }) => ({
      portfolioId, asset, kept: holdings.get(keyOf(accountId, portfolioId, asset))?.quantity ?? '0', summed: sumOfAmounts(quantities),
    }));
    const differences = sums.filter((sum) => isMore(sum.kept, sum.summed) || isMore(sum.summed, sum.kept));
    return differences
      .toSorted((one, other) => compareTexts(one.portfolioId, other.portfolioId) || compareTexts(one.asset, other.asset))
      .map(({ portfolioId, ...difference }) => ({ holder: portfolioId === '' ? { kind: 'unassigned' } : { kind: 'portfolio', portfolioId }, ...difference }));
  }
}

function entriesByHolding(transactions: readonly LedgerRow[]) {
  const entries = new Map<string, { readonly portfolioId: string; readonly asset: string; readonly quantities: string[] }>();
  for (const { holder, asset, quantity } of transactions.flatMap(({ postings }) => postings)) {
    const portfolioId = holdingOf(holder);
    if (portfolioId === null) continue;
    const known = entries.get(keyOf(portfolioId, asset));
    if (known === undefined) entries.set(keyOf(portfolioId, asset), { portfolioId, asset, quantities: [quantity] });
    else known.quantities.push(quantity);
  }
  return entries;
}

/** Postings by holder, portfolio and asset; flows where there are any. */
function asTold({ id: _id, postings, flows, ...transaction }: LedgerRow): LedgerTransaction {
  const sorted = postings.toSorted((one, other) => compareTexts(placeOf(one), placeOf(other)));
  return { ...transaction, postings: sorted, ...(flows === undefined ? {} : { flows }) };
}

const placeOf = ({ holder, asset }: Posting): string => `${holder.kind}\n${portfolioOf(holder)}\n${asset}`;
const portfolioOf = (holder: Holder): string => (holder.kind === 'portfolio' ? holder.portfolioId : '');
