import type { Portfolio } from '#application';
import { postingsOfTransfer, type DecimalText, type Holder, type LedgerKind, type Posting, type TradingMode } from '#domain';
import type { Sql } from '../session/sql.js';
import { postTransaction } from '../trading/post-transaction.js';

type Owner = Pick<Portfolio, 'id' | 'mode' | 'accountId'>;

/** A change of a portfolio's money. */
export interface MoneyMove {
  /** Names it in the books, so that it cannot be booked twice. */
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
export async function give(sql: Sql, owner: Owner, asset: string, quantity: DecimalText, move: MoneyMove): Promise<void> {
  const { given, other } = KINDS[owner.mode];
  await post(sql, owner, given, move, postingsOfTransfer(other, holderOf(owner), asset, quantity), Number(quantity));
  if (owner.mode === 'paper') await fillPaperBalance(sql, owner.accountId, asset, quantity);
}

/** Back to where it comes from. */
export async function take(sql: Sql, owner: Owner, asset: string, quantity: DecimalText, move: MoneyMove): Promise<void> {
  const { taken, other } = KINDS[owner.mode];
  await post(sql, owner, taken, move, postingsOfTransfer(holderOf(owner), other, asset, quantity), -Number(quantity));
  if (owner.mode === 'paper') {
    await sql.run('UPDATE paper_balance SET free = free - $3::numeric WHERE (account_id, asset) = ($1, $2)', [owner.accountId, asset, quantity]);
  }
}

/** All that a portfolio holds, what it owes too. Without a flow: it has no value any more that could be net of it. */
export async function takeAll(sql: Sql, owner: Owner, move: MoneyMove): Promise<void> {
  const { taken, other } = KINDS[owner.mode];
  const holdings = await sql.rows<{ readonly asset: string; readonly quantity: DecimalText }>(
    `SELECT asset, trim_scale(quantity)::text AS quantity FROM holding WHERE account_id = $1 AND portfolio_id = $2 AND quantity <> 0 ORDER BY asset FOR UPDATE`,
    [owner.accountId, owner.id],
  );
  const postings = holdings.flatMap(({ asset, quantity }) => signedTransfer(holderOf(owner), other, asset, quantity));
  if (postings.length > 0) await post(sql, owner, taken, move, postings, null);
  if (owner.mode === 'paper') await sql.run('UPDATE paper_balance SET free = 0 WHERE account_id = $1', [owner.accountId]);
}

/** With the portfolio's row locked. */
export async function isBooked(sql: Sql, key: string): Promise<boolean> {
  const booked = await sql.rows('SELECT id FROM ledger_transaction WHERE key = $1', [key]);
  return booked.length > 0;
}

/** Of the account's unassigned money; locked. */
export const unassignedOf = (sql: Sql, accountId: string, asset: string, wanted: DecimalText): Promise<Available> =>
  available(sql, `SELECT quantity FROM holding WHERE account_id = $1 AND portfolio_id = '' AND asset = $2 FOR UPDATE`, [accountId, asset], wanted);

/** Of what the portfolio holds; locked. Of paper no more than its venue has: a fill may be on its way to the books. */
export async function heldBy(sql: Sql, owner: Owner, asset: string, wanted: DecimalText): Promise<Available> {
  const booked = await available(
    sql, 'SELECT quantity FROM holding WHERE (account_id, portfolio_id, asset) = ($1, $2, $3) FOR UPDATE', [owner.accountId, owner.id, asset], wanted,
  );
  if (owner.mode === 'live' || !booked.isEnough) return booked;
  return available(sql, 'SELECT free AS quantity FROM paper_balance WHERE (account_id, asset) = ($1, $2) FOR UPDATE', [owner.accountId, asset], wanted);
}

async function available(sql: Sql, locked: string, key: readonly string[], wanted: DecimalText): Promise<Available> {
  const [row] = await sql.rows<Available>(
    `WITH locked AS (${locked}), kept AS (SELECT coalesce((SELECT quantity FROM locked), 0) AS quantity)
     SELECT trim_scale(quantity)::text AS quantity, quantity >= $${key.length + 1}::numeric AS "isEnough" FROM kept`,
    [...key, wanted],
  );
  return row!;
}

const holderOf = ({ id }: Owner): Holder => ({ kind: 'portfolio', portfolioId: id });

function signedTransfer(from: Holder, to: Holder, asset: string, quantity: DecimalText): readonly Posting[] {
  return quantity.startsWith('-') ? postingsOfTransfer(to, from, asset, quantity.slice(1)) : postingsOfTransfer(from, to, asset, quantity);
}

async function post(sql: Sql, owner: Owner, kind: LedgerKind, { key, atMs, by }: MoneyMove, postings: readonly Posting[], flow: number | null): Promise<void> {
  await postTransaction(sql, {
    key, accountId: owner.accountId, kind, occurredMs: atMs, bookedMs: atMs, memo: `by ${by}`, postings,
    ...(flow === null ? {} : { flows: [{ portfolioId: owner.id, value: flow }] }),
  });
}

function fillPaperBalance(sql: Sql, accountId: string, asset: string, quantity: DecimalText): Promise<number> {
  return sql.run(
    `INSERT INTO paper_balance AS balance (account_id, asset, free) VALUES ($1, $2, $3)
     ON CONFLICT (account_id, asset) DO UPDATE SET free = balance.free + EXCLUDED.free`,
    [accountId, asset, quantity],
  );
}
