export { createDataSource, DATABASE_LIMITS, type DatabaseOptions } from './data-source.js';
export { runMigrations } from './run-migrations.js';
