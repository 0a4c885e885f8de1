import type { LedgerTransaction } from '#application';
import type { Posting } from '#domain';
import type { Sql } from '../session/sql.js';

/** In the caller's transaction, at whose end the database sees that each asset sums to zero. False: its key is in the books already. */
export async function postTransaction(sql: Sql, transaction: LedgerTransaction): Promise<boolean> {
  const { key, accountId, kind, occurredMs, bookedMs, memo, postings, flows } = transaction;
  const [booked] = await sql.rows<{ readonly count: number }>(POST, [
    key, accountId, kind, occurredMs, bookedMs, memo, flows === undefined ? null : JSON.stringify(flows),
    postings.map(({ holder }) => holder.kind), postings.map(portfolioOf), postings.map(({ asset }) => asset), postings.map(({ quantity }) => quantity),
  ]);
  return booked!.count === 1;
}

const portfolioOf = ({ holder }: Posting): string | null => (holder.kind === 'portfolio' ? holder.portfolioId : null);

const POST = `
  WITH booked AS (
    INSERT INTO ledger_transaction (key, account_id, kind, occurred_ms, booked_ms, memo, flows) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (key) DO NOTHING RETURNING id),
  entered AS (
    INSERT INTO ledger_entry (transaction_id, holder, portfolio_id, asset, quantity)
    SELECT booked.id, entry.* FROM booked, unnest($8::text[], $9::text[], $10::text[], $11::numeric[]) AS entry)
  SELECT count(*)::int AS count FROM booked`;
