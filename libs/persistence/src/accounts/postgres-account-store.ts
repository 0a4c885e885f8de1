import type { DataSource } from 'typeorm';
import { StoreFailure, type AccountStore, type BookedBalance, type Breaker, type ReconciliationRun, type TradingAccount, type VenueName } from '#application';
import { inTransaction, withSession, type Sql } from '../session/sql.js';
import { ACCOUNT_COLUMNS, RECONCILIATION_COLUMNS, toAccount, toReconciliation, type AccountRow, type ReconciliationRow } from './account-row.js';
import { insertRequest, noteResult, storeResult, type ReconcileJobPolicy } from './reconciliation-rows.js';

type Registration = Parameters<AccountStore['register']>[0];

export class PostgresAccountStore implements AccountStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly policy: ReconcileJobPolicy,
  ) {}

  register(account: Registration, nowMs: number): Promise<TradingAccount> {
    return withSession(this.dataSource, 'register the trading account', async (sql) => {
      const [row] = await sql.rows<AccountRow>(REGISTER, [account.id, account.mode, account.venue, account.keyFingerprint, account.canWithdraw, nowMs]);
      if (row !== undefined) return toAccount(row);
      throw new StoreFailure('refused', `the trading account ${account.id} is known with another mode or venue: give this one another id`, { cause: null });
    });
  }

  find(accountId: string): Promise<TradingAccount | null> {
    return withSession(this.dataSource, 'read the trading account', async (sql) => {
      const [row] = await sql.rows<AccountRow>(`SELECT ${ACCOUNT_COLUMNS} FROM trading_account WHERE id = $1`, [accountId]);
      return row === undefined ? null : toAccount(row);
    });
  }

  list({ afterId = '', limit }: Parameters<AccountStore['list']>[0]): Promise<TradingAccount[]> {
    return withSession(this.dataSource, 'list the trading accounts', async (sql) => {
      const rows = await sql.rows<AccountRow>(`SELECT ${ACCOUNT_COLUMNS} FROM trading_account WHERE id COLLATE "C" > $1 ORDER BY id COLLATE "C" LIMIT $2`, [afterId, limit]);
      return rows.map(toAccount);
    });
  }

  activePaperAccounts(venue: VenueName): Promise<string[]> {
    return withSession(this.dataSource, 'list the active paper accounts', async (sql) => {
      const rows = await sql.rows<{ readonly account_id: string }>(ACTIVE_PAPER, [venue]);
      return rows.map((row) => row.account_id);
    });
  }

  async halt(accountId: string, reason: string, nowMs: number): Promise<void> {
    await withSession(this.dataSource, 'halt the trading account', (sql) => sql.run(HALT, [accountId, reason, nowMs]));
  }

  async clearHalt(accountId: string, nowMs: number, by: string): Promise<void> {
    await inTransaction(this.dataSource, "clear the trading account's halt", async (sql) => {
      await sql.run(CLEAR_HALT, [accountId, nowMs, by]);
      await sql.run('DELETE FROM market_quarantine WHERE account_id = $1', [accountId]);
      await sql.run(`DELETE FROM breaker WHERE key = 'account:' || $1`, [accountId]);
    });
  }

  bookedBalances(accountId: string): Promise<readonly BookedBalance[]> {
    return withSession(this.dataSource, 'read the booked balances', (sql) => sql.rows<BookedBalance>(BOOKED, [accountId]));
  }

  requestReconciliation(run: Pick<ReconciliationRun, 'id' | 'accountId' | 'cause' | 'requestedMs'>): Promise<void> {
    return withSession(this.dataSource, 'ask for a reconciliation', (sql) => insertRequest(sql, this.policy, run));
  }

  finishReconciliation(run: ReconciliationRun, openOrderCount: number): Promise<void> {
    return inTransaction(this.dataSource, 'store the reconciliation', async (sql) => {
      if (await storeResult(sql, run)) await noteResult(sql, run, openOrderCount);
    });
  }

  async reconciliation(runId: string): Promise<ReconciliationRun | null> {
    const [run] = await this.reconciliationsBy('WHERE id = $1', [runId]);
    return run ?? null;
  }

  reconciliations(accountId: string, limit: number): Promise<ReconciliationRun[]> {
    return this.reconciliationsBy('WHERE account_id = $1 ORDER BY requested_ms DESC, id DESC LIMIT $2', [accountId, limit]);
  }

  requestedReconciliations(limit: number): Promise<ReconciliationRun[]> {
    return this.reconciliationsBy(`WHERE state = 'requested' ORDER BY requested_ms, id LIMIT $1`, [limit]);
  }

  async openBreaker({ key, openUntilMs, reason }: Breaker, nowMs: number): Promise<void> {
    await withSession(this.dataSource, 'open the breaker', (sql) => openBreaker(sql, [key, openUntilMs, reason, nowMs]));
  }

  breakers(nowMs: number): Promise<Breaker[]> {
    return withSession(this.dataSource, 'read the open breakers', (sql) =>
      sql.rows<Breaker>('SELECT key, open_until_ms::float8 AS "openUntilMs", reason FROM breaker WHERE open_until_ms > $1 ORDER BY key', [nowMs]),
    );
  }

  private reconciliationsBy(rest: string, parameters: readonly unknown[]): Promise<ReconciliationRun[]> {
    return withSession(this.dataSource, 'read the reconciliations', async (sql) => {
      const rows = await sql.rows<ReconciliationRow>(`SELECT ${RECONCILIATION_COLUMNS} FROM reconciliation_run ${rest}`, parameters);
      return rows.map(toReconciliation);
    });
  }
}

/** One that stands open for longer stays so, with its reason. */
function openBreaker(sql: Sql, parameters: readonly unknown[]): Promise<number> {
  return sql.run(
    `INSERT INTO breaker AS open (key, open_until_ms, reason, opened_ms) VALUES ($1, $2, $3, $4)
     ON CONFLICT (key) DO UPDATE SET open_until_ms = EXCLUDED.open_until_ms, reason = EXCLUDED.reason, opened_ms = EXCLUDED.opened_ms
     WHERE open.open_until_ms < EXCLUDED.open_until_ms`,
    parameters,
  );
}

/** Halts and findings stay: a key that was exchanged makes the books no better. */
const REGISTER = `
  INSERT INTO trading_account AS known (id, mode, venue, key_fingerprint, can_withdraw, executor_seen_ms, created_ms) VALUES ($1, $2, $3, $4, $5, $6, $6)
  ON CONFLICT (id) DO UPDATE SET key_fingerprint = EXCLUDED.key_fingerprint, can_withdraw = EXCLUDED.can_withdraw,
    executor_seen_ms = greatest(known.executor_seen_ms, EXCLUDED.executor_seen_ms)
  WHERE (known.mode, known.venue) = (EXCLUDED.mode, EXCLUDED.venue)
  RETURNING ${ACCOUNT_COLUMNS}`;

const ACTIVE_PAPER = `
  SELECT DISTINCT account_id FROM portfolio
  WHERE mode = 'paper' AND venue = $1 AND (state <> 'deleted' OR EXISTS (
    SELECT FROM rebalance_plan plan WHERE plan.portfolio_id = portfolio.id AND plan.state IN ('draft', 'executing', 'settling', 'needs-human')))
  ORDER BY account_id`;

/** The first reason stays: what comes after it is mostly its consequence. */
const HALT = `
  WITH halted AS (UPDATE trading_account SET halt_reason = $2 WHERE id = $1 AND halt_reason IS NULL RETURNING id)
  INSERT INTO state_event (entity, entity_id, from_state, to_state, at_ms, cause) SELECT 'trading_account', id, 'open', 'halted', $3, $2 FROM halted`;

const CLEAR_HALT = `
  WITH cleared AS (UPDATE trading_account SET halt_reason = NULL WHERE id = $1 AND halt_reason IS NOT NULL RETURNING id)
  INSERT INTO state_event (entity, entity_id, from_state, to_state, at_ms, actor) SELECT 'trading_account', id, 'halted', 'open', $2, $3 FROM cleared`;

const BOOKED = `
  SELECT asset, trim_scale(sum(quantity))::text AS quantity,
         trim_scale(coalesce(sum(quantity) FILTER (WHERE portfolio_id = ''), 0))::text AS unassigned,
         coalesce(jsonb_agg(jsonb_build_object('portfolioId', portfolio_id, 'quantity', trim_scale(quantity)::text) ORDER BY portfolio_id)
           FILTER (WHERE portfolio_id <> ''), '[]') AS portfolios
  FROM holding WHERE account_id = $1 GROUP BY asset ORDER BY asset`;
