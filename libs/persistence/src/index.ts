export { PostgresAccessTokenStore } from './access/postgres-access-token-store.js';
export { createDataSource, DATABASE_LIMITS, type DatabaseOptions } from './data-source.js';
export { runMigrations } from './run-migrations.js';
