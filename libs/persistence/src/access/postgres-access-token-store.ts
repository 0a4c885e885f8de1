import type { DataSource } from 'typeorm';
import type { AccessToken, AccessTokenStore, NewAccessToken } from '#application';
import { inTransaction, withSession } from '../session/sql.js';

/** Processes that start at once on a fresh database meet here; the number has no other meaning. */
const FIRST_TOKEN_LOCK_KEY = 7_264_015_503;

interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly last_used_at: Date | null;
}

const INSERT = 'INSERT INTO access_token (id, name, token_sha256, created_at) VALUES ($1, $2, $3, $4)';

export class PostgresAccessTokenStore implements AccessTokenStore {
  constructor(private readonly dataSource: DataSource) {}

  addFirst(token: NewAccessToken, handOver: () => Promise<void>): Promise<boolean> {
    return inTransaction(this.dataSource, 'make the first access token', async (sql) => {
      // Held to the end of the transaction, so a second process looks only after the first has committed.
      await sql.rows('SELECT pg_advisory_xact_lock($1)', [FIRST_TOKEN_LOCK_KEY]);
      const [found] = await sql.rows<{ readonly made: boolean }>('SELECT EXISTS (SELECT FROM access_token) AS made');
      if (found?.made !== false) return false;
      await sql.run(INSERT, parametersOf(token));
      await handOver();
      return true;
    });
  }

  async add(token: NewAccessToken): Promise<void> {
    await withSession(this.dataSource, 'store the access token', (sql) => sql.run(INSERT, parametersOf(token)));
  }

  async findBySha256(tokenSha256: string): Promise<AccessToken | null> {
    const text = 'SELECT id, name, last_used_at FROM access_token WHERE token_sha256 = $1 AND revoked_at IS NULL';
    const [row] = await withSession(this.dataSource, 'look up the access token', (sql) =>
      sql.rows<TokenRow>(text, [Buffer.from(tokenSha256, 'hex')]),
    );
    return row === undefined ? null : { id: row.id, name: row.name, lastUsedAtMs: row.last_used_at?.getTime() ?? null };
  }

  async markUsed(id: string, atMs: number): Promise<void> {
    const text = 'UPDATE access_token SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)';
    await withSession(this.dataSource, 'note the use of the access token', (sql) => sql.run(text, [id, new Date(atMs)]));
  }
}

function parametersOf(token: NewAccessToken): readonly unknown[] {
  return [token.id, token.name, Buffer.from(token.tokenSha256, 'hex'), new Date(token.createdAtMs)];
}
