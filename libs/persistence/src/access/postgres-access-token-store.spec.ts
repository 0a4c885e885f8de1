import { createTestDatabase, type TestDatabase } from '#testing';
import type { NewAccessToken } from '#application';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../data-source.js';
import { runMigrations } from '../run-migrations.js';
import { PostgresAccessTokenStore } from './postgres-access-token-store.js';

let database: TestDatabase;
let dataSource: DataSource;
let store: PostgresAccessTokenStore;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url, poolSize: 12, applicationName: 'access-spec' }).initialize();
  await runMigrations(dataSource);
  store = new PostgresAccessTokenStore(dataSource);
});

beforeEach(() => dataSource.query('DELETE FROM access_token'));

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

function aToken(digit: number): NewAccessToken {
  const id = `tok_01JD9Z5X8Q4Y6T2M3N7P0R1S${String(digit).padStart(2, '0')}`;
  return { id, name: 'laptop', tokenSha256: String(digit).padStart(64, '0'), createdAtMs: 1_700_000_000_000 };
}

async function countTokens(): Promise<number> {
  const [row] = await dataSource.query<{ count: number }[]>('SELECT count(*)::int AS count FROM access_token');
  return row?.count ?? -1;
}

it('lets one of ten processes make the first token', async () => {
  let handed = 0;
  const attempts = Array.from({ length: 10 }, (_, index) =>
    store.addFirst(aToken(index), async () => {
      handed += 1;
      await dataSource.query('SELECT pg_sleep(0.05)');
    }),
  );
  const won = await Promise.all(attempts);
  expect(won.filter(Boolean)).toHaveLength(1);
  expect(handed).toBe(1);
  expect(await countTokens()).toBe(1);
});

it('keeps no token that could not be handed over', async () => {
  await expect(store.addFirst(aToken(1), () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full');
  expect(await countTokens()).toBe(0);
});

it('makes no new first token where the only one was revoked', async () => {
  await store.add(aToken(1));
  await dataSource.query('UPDATE access_token SET revoked_at = now()');
  expect(await store.addFirst(aToken(2), async () => undefined)).toBe(false);
});

it('finds a live token by its hash, and a revoked one not', async () => {
  await store.add(aToken(1));
  expect(await store.findBySha256(aToken(1).tokenSha256)).toEqual({ id: aToken(1).id, name: 'laptop', lastUsedAtMs: null });
  expect(await store.findBySha256(aToken(2).tokenSha256)).toBeNull();
  await dataSource.query('UPDATE access_token SET revoked_at = now()');
  expect(await store.findBySha256(aToken(1).tokenSha256)).toBeNull();
});

it('moves the last use forward only', async () => {
  await store.add(aToken(1));
  await store.markUsed(aToken(1).id, 1_700_000_100_000);
  await store.markUsed(aToken(1).id, 1_700_000_050_000);
  expect(await store.findBySha256(aToken(1).tokenSha256)).toMatchObject({ lastUsedAtMs: 1_700_000_100_000 });
});

it('refuses one hash twice', async () => {
  await store.add(aToken(1));
  await expect(store.add({ ...aToken(2), tokenSha256: aToken(1).tokenSha256 })).rejects.toMatchObject({ kind: 'refused' });
});
