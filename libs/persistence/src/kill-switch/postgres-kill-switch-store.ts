import type { DataSource } from 'typeorm';
import type { KillSwitch, KillSwitchStore, ReleaseOutcome, SwitchScope } from '#application';
import { strictest, type TradingState } from '#domain';
import { inTransaction, withSession, type Sql } from '../session/sql.js';
import { TAKE_KILL_SWITCH_LOCK } from '../trading/kill-switch-lock.js';

type Change = Pick<KillSwitch, 'scope' | 'state' | 'reason' | 'setBy' | 'setMs'>;

const COLUMNS = 'scope, state, reason, set_by AS "setBy", set_ms::float8 AS "setMs", version';

export class PostgresKillSwitchStore implements KillSwitchStore {
  constructor(private readonly dataSource: DataSource) {}

  engaged(): Promise<KillSwitch[]> {
    return withSession(this.dataSource, 'read the kill switches', (sql) =>
      sql.rows<KillSwitch>(`SELECT ${COLUMNS} FROM kill_switch WHERE is_current AND state <> 'run' ORDER BY scope`),
    );
  }

  engage(wanted: Change & { readonly state: 'reduce-only' | 'halt' }): Promise<KillSwitch> {
    return inTransaction(this.dataSource, 'engage the kill switch', async (sql) => {
      await sql.run(TAKE_KILL_SWITCH_LOCK);
      const current = await currentOf(sql, wanted.scope);
      return current !== null && standsAgainst(current, wanted) ? current : append(sql, wanted, current);
    });
  }

  release(scope: SwitchScope, by: string, reason: string, nowMs: number): Promise<ReleaseOutcome> {
    return inTransaction(this.dataSource, 'release the kill switch', async (sql) => {
      await sql.run(TAKE_KILL_SWITCH_LOCK);
      const current = await currentOf(sql, scope);
      if (current === null || current.state === 'run') return { kind: 'not-set' };
      const accountIds = await unreconciledSince(sql, scope, current.setMs);
      if (accountIds.length > 0) return { kind: 'unreconciled', accountIds };
      const killSwitch = await append(sql, { scope, state: 'run', reason, setBy: by, setMs: nowMs }, current);
      return { kind: 'released', killSwitch };
    });
  }

  history(limit: number): Promise<KillSwitch[]> {
    return withSession(this.dataSource, 'read the history of kill switches', (sql) =>
      sql.rows<KillSwitch>(`SELECT ${COLUMNS} FROM kill_switch ORDER BY set_ms DESC, scope, version DESC LIMIT $1`, [limit]),
    );
  }
}

/** What is set is stricter, or the same for the same reason. The same for another reason is noted: its reconciliation must be a newer one. */
function standsAgainst(current: KillSwitch, wanted: { readonly state: TradingState; readonly reason: string }): boolean {
  if (current.state === wanted.state) return current.reason === wanted.reason;
  return strictest([current.state, wanted.state]) === current.state;
}

async function currentOf(sql: Sql, scope: SwitchScope): Promise<KillSwitch | null> {
  const [row] = await sql.rows<KillSwitch>(`SELECT ${COLUMNS} FROM kill_switch WHERE scope = $1 AND is_current`, [scope]);
  return row ?? null;
}

async function append(sql: Sql, { scope, state, reason, setBy, setMs }: Change, current: KillSwitch | null): Promise<KillSwitch> {
  await sql.run('UPDATE kill_switch SET is_current = false WHERE scope = $1 AND is_current', [scope]);
  const [row] = await sql.rows<KillSwitch>(
    `INSERT INTO kill_switch (scope, version, state, reason, set_by, set_ms, is_current) VALUES ($1, $2, $3, $4, $5, $6, true) RETURNING ${COLUMNS}`,
    [scope, (current?.version ?? 0) + 1, state, reason, setBy, setMs],
  );
  return row!;
}

/** Accounts that the switch concerns and whose books were not found equal by a comparison asked for after it was set. */
async function unreconciledSince(sql: Sql, scope: SwitchScope, setMs: number): Promise<string[]> {
  const rows = await sql.rows<{ readonly id: string }>(
    `SELECT id FROM trading_account account
     WHERE (${CONCERNED}) AND (mismatch_since_ms IS NOT NULL OR NOT EXISTS (
       SELECT FROM reconciliation_run run WHERE run.account_id = account.id AND run.state = 'done' AND run.is_equal AND run.requested_ms > $2))
     ORDER BY id`,
    [scope, setMs],
  );
  return rows.map(({ id }) => id);
}

/** Where nothing can be traded there is nothing to compare first: what is stopped or deleted would keep a switch for ever. */
const CAN_TRADE = `(state NOT IN ('stopped', 'deleted')
  OR EXISTS (SELECT FROM rebalance_plan plan WHERE plan.portfolio_id = portfolio.id AND plan.state IN ('draft', 'executing', 'settling', 'needs-human')))`;

const CONCERNED = `
  CASE WHEN $1 = 'all' THEN EXISTS (SELECT FROM portfolio WHERE account_id = account.id AND ${CAN_TRADE})
       WHEN $1 LIKE 'account:%' THEN account.id = substr($1, 9)
       ELSE EXISTS (SELECT FROM portfolio WHERE account_id = account.id AND portfolio.id = substr($1, 11) AND ${CAN_TRADE}) END`;
