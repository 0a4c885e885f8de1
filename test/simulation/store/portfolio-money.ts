import type { Portfolio } from '#application';
import { postingsOfTransfer, type DecimalText, type Holder, type LedgerKind, type Posting, type TradingMode } from '#domain';
import { isMore, plus } from './amounts.js';
import { keyOf, type MemoryDatabase } from './memory-database.js';
import { addToPaperBalance } from './memory-paper-venue-store.js';
import { postTransaction } from './writers.js';

type Owner = Pick<Portfolio, 'id' | 'mode' | 'accountId'>;

/** A change of a portfolio's money; `key` names it in the books, so that it cannot be booked twice. */
export interface MoneyMove {
  readonly key: string;
  readonly atMs: number;
  readonly by: string;
}

export interface Available {
  readonly quantity: DecimalText;
  readonly isEnough: boolean;
}

const KINDS: Readonly<Record<TradingMode, { readonly given: LedgerKind; readonly taken: LedgerKind; readonly other: Holder }>> = {
  paper: { given: 'paper-deposit', taken: 'paper-withdrawal', other: { kind: 'external' } },
  live: { given: 'allocation', taken: 'release', other: { kind: 'unassigned' } },
};

/** From the account's unassigned money, of paper from outside. */
export function give(database: MemoryDatabase, owner: Owner, asset: string, quantity: DecimalText, move: MoneyMove): void {
  const { given, other } = KINDS[owner.mode];
  post(database, owner, given, move, postingsOfTransfer(other, holderOf(owner), asset, quantity), Number(quantity));
  if (owner.mode === 'paper') addToPaperBalance(database, owner.accountId, asset, quantity);
}

/** Back to where it comes from. */
export function take(database: MemoryDatabase, owner: Owner, asset: string, quantity: DecimalText, move: MoneyMove): void {
  const { taken, other } = KINDS[owner.mode];
  post(database, owner, taken, move, postingsOfTransfer(holderOf(owner), other, asset, quantity), -Number(quantity));
  const key = keyOf(owner.accountId, asset);
  const balance = database.paperBalances.get(key);
  if (owner.mode === 'paper' && balance !== undefined) database.paperBalances.update(key, { free: plus(balance.free, `-${quantity}`) });
}

/** All that a portfolio holds, what it owes too. Without a flow: it has no value any more that could be net of it. */
export function takeAll(database: MemoryDatabase, owner: Owner, move: MoneyMove): void {
  const { taken, other } = KINDS[owner.mode];
  const held = database.indexes.holdingsOfPortfolio(owner.id).filter(({ accountId, quantity }) => accountId === owner.accountId && quantity !== '0');
  const byAsset = held.toSorted((one, next) => (one.asset < next.asset ? -1 : 1));
  const postings = byAsset.flatMap(({ asset, quantity }) => signedTransfer(holderOf(owner), other, asset, quantity));
  if (postings.length > 0) post(database, owner, taken, move, postings, null);
  if (owner.mode === 'live') return;
  for (const { asset } of database.indexes.paperBalancesOf(owner.accountId)) database.paperBalances.update(keyOf(owner.accountId, asset), { free: '0' });
}

/** Of the account's unassigned money. */
export const unassignedOf = ({ holdings }: MemoryDatabase, accountId: string, asset: string, wanted: DecimalText): Available =>
  available(holdings.get(keyOf(accountId, '', asset))?.quantity, wanted);

/** Of what the portfolio holds. Of paper no more than its venue has: a fill may be on its way to the books. */
export function heldBy({ holdings, paperBalances }: MemoryDatabase, { id, accountId, mode }: Owner, asset: string, wanted: DecimalText): Available {
  const booked = available(holdings.get(keyOf(accountId, id, asset))?.quantity, wanted);
  if (mode === 'live' || !booked.isEnough) return booked;
  return available(paperBalances.get(keyOf(accountId, asset))?.free, wanted);
}

const available = (quantity: DecimalText = '0', wanted: DecimalText): Available => ({ quantity, isEnough: !isMore(wanted, quantity) });

const holderOf = ({ id }: Owner): Holder => ({ kind: 'portfolio', portfolioId: id });

function signedTransfer(from: Holder, to: Holder, asset: string, quantity: DecimalText): readonly Posting[] {
  return quantity.startsWith('-') ? postingsOfTransfer(to, from, asset, quantity.slice(1)) : postingsOfTransfer(from, to, asset, quantity);
}

function post(database: MemoryDatabase, owner: Owner, kind: LedgerKind, { key, atMs, by }: MoneyMove, postings: readonly Posting[], flow: number | null): void {
  postTransaction(database, {
    key, accountId: owner.accountId, kind, occurredMs: atMs, bookedMs: atMs, memo: `by ${by}`, postings,
    ...(flow === null ? {} : { flows: [{ portfolioId: owner.id, value: flow }] }),
  });
}
