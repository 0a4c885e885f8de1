import { StoreFailure, type CreateOutcome, type NewPortfolio } from '#application';
import type { Sql } from '../session/sql.js';
import { give, unassignedOf } from './portfolio-money.js';
import { watchPrices } from './portfolio-prices.js';
import { readPortfolio } from './portfolio-row.js';

const FIRST_VERSION = 1;

/** In the caller's transaction. Whoever asks for the same id again is told of the one that it made. */
export async function createPortfolio(sql: Sql, portfolio: NewPortfolio): Promise<CreateOutcome> {
  const earlier = await readPortfolio(sql, portfolio.id);
  if (earlier !== null) return { kind: 'created', portfolio: earlier };
  if (await isNameTaken(sql, portfolio.name)) return { kind: 'name-taken' };
  const refusal = portfolio.mode === 'paper' ? await openPaperAccount(sql, portfolio) : await checkLiveAccount(sql, portfolio);
  if (refusal !== null) return refusal;
  await insertPortfolio(sql, portfolio);
  const { id, configuration, capital, createdMs, createdBy } = portfolio;
  await give(sql, portfolio, configuration.quote, capital, { key: `created:${id}`, atMs: createdMs, by: createdBy });
  await watchPrices(sql, { ...portfolio, state: 'created' });
  const created = await readPortfolio(sql, id);
  return { kind: 'created', portfolio: created! };
}

async function isNameTaken(sql: Sql, name: string): Promise<boolean> {
  const rows = await sql.rows(`SELECT id FROM portfolio WHERE name = $1 AND state <> 'deleted'`, [name]);
  return rows.length > 0;
}

async function openPaperAccount(sql: Sql, { accountId, venue, createdMs }: NewPortfolio): Promise<null> {
  await sql.run(`INSERT INTO trading_account (id, mode, venue, created_ms) VALUES ($1, 'paper', $2, $3) ON CONFLICT (id) DO NOTHING`, [accountId, venue, createdMs]);
  return null;
}

async function checkLiveAccount(sql: Sql, { accountId, venue, configuration, capital }: NewPortfolio): Promise<CreateOutcome | null> {
  const accounts = await sql.rows(`SELECT id FROM trading_account WHERE id = $1 AND mode = 'live' AND venue = $2`, [accountId, venue]);
  if (accounts.length === 0) return { kind: 'no-account' };
  const { quantity, isEnough } = await unassignedOf(sql, accountId, configuration.quote, capital);
  return isEnough ? null : { kind: 'insufficient-balance', unassigned: quantity };
}

async function insertPortfolio(sql: Sql, portfolio: NewPortfolio): Promise<void> {
  const { id, name, mode, venue, accountId, shard, configuration, configSha256, capital, createdMs, createdBy } = portfolio;
  const inserted = await sql.run(
    `INSERT INTO portfolio (id, name, mode, venue, account_id, state, shard, config_version, capital, created_ms, changed_ms, changed_by)
     VALUES ($1, $2, $3, $4, $5, 'created', $6, ${FIRST_VERSION}, $7, $8, $8, $9)
     ON CONFLICT DO NOTHING`,
    [id, name, mode, venue, accountId, shard, capital, createdMs, createdBy],
  );
  // Another took the name, or made this very one, since we looked: tried again from the beginning, that is seen.
  if (inserted === 0) throw new StoreFailure('contended', 'the name or the id was taken just now', { cause: null });
  await sql.run(
    `WITH look AS (INSERT INTO portfolio_look (portfolio_id) VALUES ($1))
     INSERT INTO portfolio_configuration (portfolio_id, version, document, sha256, created_ms, created_by) VALUES ($1, ${FIRST_VERSION}, $2, $3, $4, $5)`,
    [id, JSON.stringify(configuration), configSha256, createdMs, createdBy],
  );
}
