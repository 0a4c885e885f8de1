import type { DataSource } from 'typeorm';
import type { Balance, PaperExecution, PaperVenueStore, VenueFill, VenueOrder } from '#application';
import type { DecimalText } from '#domain';
import { inTransaction, withSession, type Sql } from '../session/sql.js';

interface BalanceRow {
  readonly asset: string;
  readonly free: DecimalText;
}

export class PostgresPaperVenueStore implements PaperVenueStore {
  constructor(private readonly dataSource: DataSource) {}

  balances(accountId: string): Promise<Balance[]> {
    return withSession(this.dataSource, 'read the balances of a paper account', async (sql) => {
      const rows = await readBalances(sql, accountId);
      return rows.map(({ asset, free }) => ({ asset, free, locked: '0' }));
    });
  }

  execute(
    accountId: string, clientOrderId: string, execute: (balances: ReadonlyMap<string, DecimalText>) => PaperExecution | null,
  ): Promise<'executed' | 'refused' | 'known'> {
    return inTransaction(this.dataSource, 'execute a paper order', async (sql) => {
      const balances = await lockBalances(sql, accountId);
      const known = await sql.rows('SELECT FROM paper_order WHERE account_id = $1 AND client_order_id = $2', [accountId, clientOrderId]);
      if (known.length > 0) return 'known';
      const execution = execute(balances);
      if (execution === null) return 'refused';
      await storeExecution(sql, accountId, clientOrderId, execution);
      return 'executed';
    });
  }

  order(accountId: string, marketId: string, clientOrderId: string): Promise<VenueOrder | null> {
    return withSession(this.dataSource, 'read a paper order', async (sql) => {
      const [row] = await sql.rows<{ readonly document: VenueOrder }>(
        'SELECT document FROM paper_order WHERE account_id = $1 AND client_order_id = $2 AND market_id = $3', [accountId, clientOrderId, marketId],
      );
      return row?.document ?? null;
    });
  }

  fillsSince(accountId: string, marketId: string, sinceMs: number): Promise<VenueFill[]> {
    return withSession(this.dataSource, 'read paper fills', async (sql) => {
      const rows = await sql.rows<{ readonly document: VenueFill }>(
        'SELECT document FROM paper_fill WHERE account_id = $1 AND market_id = $2 AND filled_ms >= $3 ORDER BY filled_ms, venue_trade_id',
        [accountId, marketId, Math.ceil(sinceMs)],
      );
      return rows.map(({ document }) => document);
    });
  }
}

/** One order of an account at a time: they wait for each other here, and read what the one before left. */
async function lockBalances(sql: Sql, accountId: string): Promise<ReadonlyMap<string, DecimalText>> {
  await sql.rows('SELECT FROM trading_account WHERE id = $1 FOR NO KEY UPDATE', [accountId]);
  return new Map((await readBalances(sql, accountId)).map(({ asset, free }) => [asset, free]));
}

function readBalances(sql: Sql, accountId: string): Promise<BalanceRow[]> {
  return sql.rows<BalanceRow>('SELECT asset, trim_scale(free)::text AS free FROM paper_balance WHERE account_id = $1 ORDER BY asset', [accountId]);
}

async function storeExecution(sql: Sql, accountId: string, clientOrderId: string, { order, fill, changes }: PaperExecution): Promise<void> {
  await sql.run(
    'INSERT INTO paper_order (account_id, client_order_id, market_id, document, created_ms) VALUES ($1, $2, $3, $4::jsonb, $5)',
    [accountId, clientOrderId, order.marketId, JSON.stringify(order), order.createdMs],
  );
  if (fill !== null) {
    await sql.run(
      'INSERT INTO paper_fill (account_id, venue_trade_id, market_id, document, filled_ms) VALUES ($1, $2, $3, $4::jsonb, $5)',
      [accountId, fill.venueTradeId, fill.marketId, JSON.stringify(fill), fill.filledMs],
    );
  }
  for (const { asset, quantity } of changes) await changeBalance(sql, accountId, asset, quantity);
}

/** Not by ON CONFLICT: the row that it proposes must be legal by itself, and what is taken out is not. */
async function changeBalance(sql: Sql, accountId: string, asset: string, quantity: DecimalText): Promise<void> {
  const changed = await sql.run('UPDATE paper_balance SET free = free + $3::numeric WHERE account_id = $1 AND asset = $2', [accountId, asset, quantity]);
  if (changed === 0) await sql.run('INSERT INTO paper_balance (account_id, asset, free) VALUES ($1, $2, $3::numeric)', [accountId, asset, quantity]);
}
