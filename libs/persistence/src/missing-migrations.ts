import type { DataSource } from 'typeorm';
import { MIGRATIONS } from './migrations/index.js';
import { withSession } from './session/sql.js';

/** Names of the migrations that this code needs and the database has not run; more than it needs does no harm. */
export async function missingMigrations(dataSource: DataSource): Promise<readonly string[]> {
  return withSession(dataSource, 'tell its version', async (sql) => {
    const [table] = await sql.rows<{ readonly name: string | null }>("SELECT to_regclass('schema_migration')::text AS name");
    const ran = table?.name === null ? [] : await sql.rows<{ readonly name: string }>('SELECT name FROM schema_migration');
    const names = new Set(ran.map(({ name }) => name));
    return MIGRATIONS.map((migration) => migration.name).filter((name) => !names.has(name));
  });
}
