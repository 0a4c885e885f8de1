import type { RequestKey } from '#application';
import { createDataSource, PostgresRequestKeyStore, runMigrations } from '#persistence';
import { createTestDatabase, type TestDatabase } from '#testing';

let database: TestDatabase;
let dataSource: ReturnType<typeof createDataSource>;
let keys: PostgresRequestKeyStore;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url, poolSize: 5, applicationName: 'request-keys' }).initialize();
  await runMigrations(dataSource);
  keys = new PostgresRequestKeyStore(dataSource);
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

const DAY_MS = 86_400_000;
const aKey = (overrides: Partial<RequestKey> = {}): RequestKey => ({ principal: 'tok_1', key: 'k', requestSha256: 'a'.repeat(64), ...overrides });

it('gives the id of the first time to whoever comes again, and nothing to another request', async () => {
  expect(await keys.recall(aKey())).toBeNull();
  expect(await keys.reserve(aKey(), 'pf_1', DAY_MS)).toEqual({ kind: 'reserved', id: 'pf_1' });
  expect(await keys.reserve(aKey(), 'pf_2', DAY_MS)).toEqual({ kind: 'reserved', id: 'pf_1' });
  expect(await keys.recall(aKey())).toEqual({ kind: 'reserved', id: 'pf_1' });
  const other = aKey({ requestSha256: 'b'.repeat(64) });
  expect([await keys.reserve(other, 'pf_3', DAY_MS), await keys.recall(other)]).toEqual([{ kind: 'key-reused' }, { kind: 'key-reused' }]);
});

it('keeps the keys of two principals apart', async () => {
  expect(await keys.reserve(aKey({ principal: 'tok_2' }), 'pf_4', DAY_MS)).toEqual({ kind: 'reserved', id: 'pf_4' });
});

it('gives all who come at once the same id', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, (_none, index) => keys.reserve(aKey({ key: 'race' }), `pf_race_${index}`, DAY_MS)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
});

it('forgets keys after thirty days', async () => {
  await keys.reserve(aKey({ key: 'old' }), 'pf_5', DAY_MS);
  await keys.reserve(aKey({ key: 'next' }), 'pf_6', 31 * DAY_MS);
  expect(await keys.recall(aKey({ key: 'old' }))).not.toBeNull();
  await keys.reserve(aKey({ key: 'later' }), 'pf_7', 31 * DAY_MS + 1);
  expect(await keys.recall(aKey({ key: 'old' }))).toBeNull();
});
