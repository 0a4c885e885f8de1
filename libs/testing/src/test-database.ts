import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { providedByTestCommand } from './repository.js';

export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  /** Removes the database, ending whatever sessions are left on it. */
  readonly drop: () => Promise<void>;
}

/** An empty database of its own on the test PostgreSQL that `npm test` started; call `drop` when done. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const adminUrl = providedByTestCommand('TEST_DATABASE_ADMIN_URL');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await runStatement(adminUrl, `CREATE DATABASE ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return { url: url.href, name, drop: () => runStatement(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function runStatement(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
