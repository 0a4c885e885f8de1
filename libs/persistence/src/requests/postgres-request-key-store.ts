import type { DataSource } from 'typeorm';
import type { RequestKey, RequestKeyStore, Reservation } from '#application';
import { withSession } from '../session/sql.js';

const LIFETIME_MS = 30 * 86_400_000;
/** More than one for each new key, so that old ones never pile up. */
const PRUNED_AT_ONCE = 10;

export class PostgresRequestKeyStore implements RequestKeyStore {
  constructor(private readonly dataSource: DataSource) {}

  recall({ principal, key, requestSha256 }: RequestKey): Promise<Reservation | null> {
    return withSession(this.dataSource, 'look up the request key', async (sql) => {
      const [row] = await sql.rows<KeyRow>('SELECT request_sha256, reserved_id FROM request_key WHERE principal = $1 AND key = $2', [principal, key]);
      return row === undefined ? null : reservationOf(row, requestSha256);
    });
  }

  reserve({ principal, key, requestSha256 }: RequestKey, newId: string, nowMs: number): Promise<Reservation> {
    return withSession(this.dataSource, 'reserve an id for the request', async (sql) => {
      // Of two at the same time the second waits for the first, and writes nothing new: it only reads what stands there.
      const [row] = await sql.rows<KeyRow>(RESERVE, [principal, key, requestSha256, newId, nowMs]);
      await sql.run(PRUNE, [nowMs - LIFETIME_MS, PRUNED_AT_ONCE]);
      return reservationOf(row!, requestSha256);
    });
  }
}

interface KeyRow {
  readonly request_sha256: string;
  readonly reserved_id: string;
}

const reservationOf = (row: KeyRow, requestSha256: string): Reservation =>
  row.request_sha256 === requestSha256 ? { kind: 'reserved', id: row.reserved_id } : { kind: 'key-reused' };

const RESERVE = `
  INSERT INTO request_key AS known (principal, key, request_sha256, reserved_id, created_ms) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (principal, key) DO UPDATE SET key = known.key
  RETURNING request_sha256, reserved_id`;

const PRUNE = `
  DELETE FROM request_key WHERE (principal, key) IN (
    SELECT principal, key FROM request_key WHERE created_ms < $1 ORDER BY created_ms LIMIT $2)`;
