import type { DataSource } from 'typeorm';
import type { LedgerStore, LedgerTransaction } from '#application';
import { inTransaction, withSession } from '../session/sql.js';
import { accountLock } from './account-lock.js';
import { postTransaction } from './post-transaction.js';

export class PostgresLedgerStore implements LedgerStore {
  constructor(private readonly dataSource: DataSource) {}

  post(transaction: LedgerTransaction): Promise<boolean> {
    return inTransaction(this.dataSource, 'post to the ledger', async (sql) => {
      await sql.rows(`SELECT ${accountLock('$1::text')}`, [transaction.accountId]);
      return postTransaction(sql, transaction);
    });
  }

  async transactions({ accountId, portfolioId, limit, beforeKey }: Parameters<LedgerStore['transactions']>[0]): Promise<LedgerTransaction[]> {
    const rows = await withSession(this.dataSource, 'read the ledger', (sql) =>
      sql.rows<{ readonly booked: LedgerTransaction & { readonly flows: LedgerTransaction['flows'] | null } }>(TRANSACTIONS, [
        accountId ?? null, portfolioId ?? null, limit, beforeKey ?? null,
      ]),
    );
    return rows.map(({ booked: { flows, ...transaction } }) => (flows === null ? transaction : { ...transaction, flows: flows! }));
  }

  rebuiltDifferences(accountId: string): ReturnType<LedgerStore['rebuiltDifferences']> {
    return withSession(this.dataSource, 'sum the ledger anew', (sql) => sql.rows(DIFFERENCES, [accountId]));
  }
}

/** As the domain has it, of a row's columns `holder` and `portfolio_id`. */
const HOLDER = `CASE WHEN entry.portfolio_id IS NULL THEN json_build_object('kind', entry.holder) ELSE json_build_object('kind', entry.holder, 'portfolioId', entry.portfolio_id) END`;

const TRANSACTIONS = `
  SELECT json_build_object('key', key, 'accountId', account_id, 'kind', kind, 'occurredMs', occurred_ms, 'bookedMs', booked_ms, 'memo', memo, 'flows', flows,
    'postings', (SELECT coalesce(json_agg(json_build_object('holder', ${HOLDER}, 'asset', entry.asset, 'quantity', trim_scale(entry.quantity)::text)
                   ORDER BY entry.holder, entry.portfolio_id, entry.asset), '[]')
                 FROM ledger_entry entry WHERE entry.transaction_id = booked.id)) AS booked
  FROM ledger_transaction booked
  WHERE ($1::text IS NULL OR account_id = $1)
    AND ($2::text IS NULL OR EXISTS (SELECT FROM ledger_entry entry WHERE entry.transaction_id = booked.id AND entry.portfolio_id = $2))
    AND ($4::text IS NULL OR id < (SELECT before.id FROM ledger_transaction before WHERE before.key = $4))
  ORDER BY id DESC LIMIT $3`;

const DIFFERENCES = `
  WITH summed AS (
    SELECT coalesce(entry.portfolio_id, '') AS portfolio_id, entry.asset, sum(entry.quantity) AS quantity
    FROM ledger_entry entry JOIN ledger_transaction booked ON booked.id = entry.transaction_id
    WHERE booked.account_id = $1 AND entry.holder IN ('portfolio', 'unassigned') GROUP BY 1, 2),
  kept AS (SELECT portfolio_id, asset, quantity FROM holding WHERE account_id = $1),
  both_sides AS (
    SELECT portfolio_id, asset, coalesce(kept.quantity, 0) AS kept, coalesce(summed.quantity, 0) AS summed FROM kept FULL JOIN summed USING (portfolio_id, asset))
  SELECT CASE portfolio_id WHEN '' THEN '{"kind": "unassigned"}'::json ELSE json_build_object('kind', 'portfolio', 'portfolioId', portfolio_id) END AS holder,
    asset, trim_scale(kept)::text AS kept, trim_scale(summed)::text AS summed
  FROM both_sides WHERE kept <> summed ORDER BY portfolio_id, asset`;
