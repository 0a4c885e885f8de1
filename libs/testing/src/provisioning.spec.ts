import { Redis } from 'ioredis';
import { Client } from 'pg';
import { createTestDatabase } from './test-database.js';
import { startTestRedis } from './test-redis.js';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it('gives each caller an empty database and removes it, sessions or not', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  const client = new Client({ connectionString: one.url });
  client.on('error', () => undefined); // Its session is ended by the drop below.
  await client.connect();
  const { rows } = await client.query('SELECT current_database() AS name, count(*)::int AS tables FROM pg_tables WHERE schemaname = $1 GROUP BY 1', ['pg_catalog']);
  expect(rows[0]).toMatchObject({ name: one.name });
  expect(other.name).not.toBe(one.name);
  await one.drop();
  await other.drop();
  await expect(new Client({ connectionString: one.url }).connect()).rejects.toThrow('does not exist');
});

it('gives a Redis of its own that needs its password, can be emptied, and leaves no process', async () => {
  const redis = await startTestRedis();
  const client = new Redis(redis.url, { lazyConnect: true });
  await client.connect();
  await client.set('key', 'value');
  await redis.flush();
  expect(await client.get('key')).toBeNull();
  client.disconnect();
  await redis.stop();
  expect(isAlive(redis.pid)).toBe(false);
});

it('says what to run when the services are not provided', async () => {
  const provided = process.env.TEST_DATABASE_ADMIN_URL;
  delete process.env.TEST_DATABASE_ADMIN_URL;
  try {
    await expect(createTestDatabase()).rejects.toThrow('npm test -- path/to.spec.ts');
  } finally {
    process.env.TEST_DATABASE_ADMIN_URL = provided;
  }
});
