import type { DataSource } from 'typeorm';
import type { AccessToken, AccessTokenStore, NewAccessToken } from '#application';

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
    return this.dataSource.transaction(async (manager) => {
      // Held to the end of the transaction, so a second process looks only after the first has committed.
      await manager.query('SELECT pg_advisory_xact_lock($1)', [FIRST_TOKEN_LOCK_KEY]);
      const [found] = await manager.query<readonly { made: boolean }[]>('SELECT EXISTS (SELECT FROM access_token) AS made');
      if (found?.made !== false) return false;
      await manager.query(INSERT, parametersOf(token));
      await handOver();
      return true;
    });
  }

  async add(token: NewAccessToken): Promise<void> {
    await this.dataSource.query(INSERT, parametersOf(token));
  }

  async findBySha256(tokenSha256: string): Promise<AccessToken | null> {
    const sql = 'SELECT id, name, last_used_at FROM access_token WHERE token_sha256 = $1 AND revoked_at IS NULL';
    const [row] = await this.dataSource.query<readonly TokenRow[]>(sql, [Buffer.from(tokenSha256, 'hex')]);
    return row === undefined ? null : { id: row.id, name: row.name, lastUsedAtMs: row.last_used_at?.getTime() ?? null };
  }

  async markUsed(id: string, atMs: number): Promise<void> {
    const sql = 'UPDATE access_token SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)';
    await this.dataSource.query(sql, [id, new Date(atMs)]);
  }
}

function parametersOf(token: NewAccessToken): readonly unknown[] {
  return [token.id, token.name, Buffer.from(token.tokenSha256, 'hex'), new Date(token.createdAtMs)];
}
