import { DataSource, type QueryRunner } from 'typeorm';

/** Any two migrators of one database meet here; the number has no other meaning. */
const MIGRATION_LOCK_KEY = 7_264_015_501;
const LOCK_WAIT_MS = 120_000;

/**
 * Brings the schema up to date and returns the names of the migrations it ran (none: it was up to date). Safe to call
 * from several processes at once: one works, the others wait for it and then find nothing to do.
 */
export async function runMigrations(dataSource: DataSource): Promise<string[]> {
  const migrator = await createMigrator(dataSource).initialize();
  const lock = migrator.createQueryRunner();
  try {
    await takeLock(lock);
    const ran = await migrator.runMigrations({ transaction: 'each' });
    return ran.map((migration) => migration.name);
  } finally {
    await lock.release();
    // Closing the session gives the lock back, also when the process dies before it gets here.
    await migrator.destroy();
  }
}

/** Two connections, one for the lock and one for the work, and none of the short timeouts of everyday queries. */
function createMigrator(dataSource: DataSource): DataSource {
  if (dataSource.options.type !== 'postgres') throw new TypeError('migrations need a postgres data source');
  return new DataSource({ ...dataSource.options, poolSize: 2, extra: {} });
}

async function takeLock(lock: QueryRunner): Promise<void> {
  await lock.connect();
  await lock.query(`SET lock_timeout = ${LOCK_WAIT_MS}`);
  await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK_KEY]);
}
