import { plus, sumOfAmounts } from './amounts.js';
import { refuse } from './refused.js';
import { holdingOf, keyOf, type LedgerRow } from './rows.js';
import type { Tables } from './tables.js';

/** What a transaction must be, and what is kept beside the ledger: holdings, and what has flowed into portfolios. */
export function installBooks(database: Tables): void {
  database.ledger.watch((row, before) => {
    if (before !== null) return;
    checkEntries(database, row);
    keepHoldings(database, row);
    keepFlows(database, row);
  });
  database.fills.watch(({ clientOrderId, portfolioId }) => {
    if ((clientOrderId === null) !== (portfolioId === null)) refuse('a fill is of an order and a portfolio, or of neither');
  });
}

function checkEntries({ portfolios }: Tables, { key, postings }: LedgerRow): void {
  const seen = new Set<string>();
  const quantities = new Map<string, string[]>();
  for (const { holder, asset, quantity } of postings) {
    if (holder.kind === 'portfolio' && portfolios.get(holder.portfolioId) === undefined) refuse(`there is no portfolio ${holder.portfolioId}`);
    if (quantity === '0') refuse(`ledger transaction ${key} has an entry of zero`);
    const entry = keyOf(holder.kind, holder.kind === 'portfolio' ? holder.portfolioId : '', asset);
    if (seen.has(entry)) refuse(`ledger transaction ${key} has two entries of ${entry}`);
    seen.add(entry);
    quantities.set(asset, [...(quantities.get(asset) ?? []), quantity]);
  }
  for (const [asset, ofAsset] of quantities) {
    if (sumOfAmounts(ofAsset) !== '0') refuse(`ledger transaction ${key} does not sum to zero in ${asset}`);
  }
}

function keepHoldings({ holdings }: Tables, { accountId, kind, occurredMs, postings }: LedgerRow): void {
  const filledMs = kind === 'fill' ? occurredMs : null;
  for (const { holder, asset, quantity } of postings) {
    const portfolioId = holdingOf(holder);
    if (portfolioId === null) continue;
    const held = holdings.get(keyOf(accountId, portfolioId, asset));
    if (held === undefined) holdings.insert({ accountId, portfolioId, asset, quantity, lastFillMs: filledMs });
    else holdings.update(keyOf(accountId, portfolioId, asset), { quantity: plus(held.quantity, quantity), lastFillMs: later(held.lastFillMs, filledMs) });
  }
}

const later = (one: number | null, other: number | null): number | null => (one === null || other === null ? (one ?? other) : Math.max(one, other));

function keepFlows({ flows: kept }: Tables, { flows = [] }: LedgerRow): void {
  const flowed = new Map<string, number>();
  for (const { portfolioId, value } of flows) flowed.set(portfolioId, (flowed.get(portfolioId) ?? 0) + value);
  for (const [portfolioId, value] of flowed) {
    const before = kept.get(portfolioId);
    const total = (before?.total ?? 0) + value;
    if (!Number.isFinite(total)) refuse(`what flowed into ${portfolioId} is ${total}`);
    if (before === undefined) kept.insert({ portfolioId, total });
    else kept.update(portfolioId, { total });
  }
}
