import { ATTEMPT_TRANSITIONS, INTENT_TRANSITIONS, PLAN_TRANSITIONS, PORTFOLIO_TRANSITIONS } from '#domain';
import { createDataSource, runMigrations } from '#persistence';
import { createTestDatabase, type TestDatabase } from '#testing';

type Database = ReturnType<typeof createDataSource>;

let database: TestDatabase;
let dataSource: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url, poolSize: 2, applicationName: 'migration-spec' }).initialize();
  await runMigrations(dataSource);
});

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

/** Pairs of states, as text. */
const legalOf = async (entity: string): Promise<string[]> => {
  const rows = await dataSource.query<{ from_state: string; to_state: string }[]>('SELECT from_state, to_state FROM legal_transition WHERE entity = $1', [entity]);
  return rows.map((row) => `${row.from_state} -> ${row.to_state}`).sort();
};

const pairsOf = (table: Readonly<Record<string, readonly string[]>>): string[] =>
  [...new Set(Object.entries(table).flatMap(([from, states]) => states.map((to) => `${from} -> ${to}`)))].sort();

it('knows the same transitions as the domain', async () => {
  expect(await legalOf('rebalance_plan')).toEqual(pairsOf(PLAN_TRANSITIONS));
  expect(await legalOf('portfolio')).toEqual(pairsOf(PORTFOLIO_TRANSITIONS));
  expect(await legalOf('order_attempt')).toEqual(pairsOf(ATTEMPT_TRANSITIONS));
  const intents = Object.fromEntries(Object.entries(INTENT_TRANSITIONS).map(([from, row]) => [from, Object.values(row)]));
  expect(await legalOf('order_intent')).toEqual(pairsOf(intents));
});

it('goes down and up again', async () => {
  await dataSource.undoLastMigration();
  const [{ present }] = await dataSource.query<[{ present: boolean }]>(`SELECT to_regclass('portfolio') IS NOT NULL AS present`);
  expect(present).toBe(false);
  await runMigrations(dataSource);
  expect(await legalOf('rebalance_plan')).toHaveLength(8);
});
