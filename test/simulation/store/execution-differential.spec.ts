import * as fc from 'fast-check';
import { StoreFailure } from '#application';
import { CallMaker, type Pick } from './differential-calls.js';
import { openDifferentialDatabase, type DifferentialDatabase, type DifferentialScene, type Side } from './differential-scene.js';

/** The simulation proves what is true of the stores in memory; that it is true of Postgres' is said here. */
let database: DifferentialDatabase;
beforeAll(async () => {
  database = await openDifferentialDatabase();
});
afterAll(() => database.close());

/** The longer run is that of `npm run test:faults`. */
const RANDOM_MS = process.env['FAULTS'] === 'all' ? 40_000 : 5_000;
const NUMBERS_PER_CALL = 40;
const someCalls = fc.noBias(fc.array(fc.array(fc.nat(10_000), { minLength: NUMBERS_PER_CALL, maxLength: NUMBERS_PER_CALL }), { minLength: 1, maxLength: 60, size: 'max' }));

const pickFrom = (numbers: readonly number[]): Pick => {
  let taken = 0;
  return (choices) => {
    const number = numbers[taken] ?? 0;
    taken += 1;
    return choices[number % choices.length]!;
  };
};

/** A failure counts by what its caller can tell of it: a store's words are its own. */
async function answerOf(answer: Promise<unknown>): Promise<unknown> {
  try {
    return { answer: await answer };
  } catch (error) {
    return error instanceof StoreFailure ? { refused: error.kind } : { thrown: String(error) };
  }
}

async function tellAll({ accountIds, portfolioIds, planIds, database: { attempts, intents }, beginMs }: DifferentialScene, { store, ledger, dump }: Side): Promise<unknown> {
  const clientOrderIds = Array.from(attempts.all(), ({ clientOrderId }) => clientOrderId);
  const venueOrderIds = Array.from(attempts.all(), ({ venueOrderId }) => venueOrderId ?? 'none');
  const told: unknown[] = [await dump()];
  for (const id of planIds) told.push(await store.plan(id), await store.accountOfPlan(id));
  for (const { id } of intents.all()) told.push(await store.planOfIntent(id));
  for (const id of portfolioIds) told.push(await store.plans(id, { limit: 10 }), await ledger.transactions({ portfolioId: id, limit: 100 }));
  for (const id of accountIds) {
    told.push(await store.attemptsOf(id, { clientOrderIds, venueOrderIds: [] }), await store.attemptsOf(id, { clientOrderIds: [], venueOrderIds }), await store.openAttempts(id, beginMs + 60_000));
    told.push(await store.sweptMarkets(id), await store.knownTrades(id, 'HANAUSDT', ['trade-1', 'trade-2', 'trade-3', 'other']));
    const transactions = await ledger.transactions({ accountId: id, limit: 3 });
    told.push(transactions, await ledger.transactions({ accountId: id, limit: 2, beforeKey: transactions[1]?.key ?? 'none' }), await ledger.rebuiltDifferences(id));
  }
  return told;
}

const kindOf = (name: string, answer: unknown): string => {
  const { refused, thrown, answer: value } = answer as { refused?: string; thrown?: string; answer?: unknown };
  if (refused !== undefined) return `${name} refused`;
  if (thrown !== undefined) return `${name} thrown`;
  const { result, overfilled, booked } = (value ?? {}) as { result?: { kind: string }; overfilled?: readonly string[]; booked?: number };
  if (overfilled !== undefined) return overfilled.length > 0 ? 'overfilled' : `booked ${booked! > 0 ? 'some' : 'none'}`;
  return result === undefined ? `${name} ${value === null || typeof value === 'boolean' ? String(value) : 'done'}` : `claim ${result.kind}`;
};

/** What has to have come up for the comparison to mean something. */
const MUST_COME_UP = [
  'claim claimed', 'claim waiting', 'claim not-new', 'claim account-busy', 'claim refused', 'changeAttempt true', 'changeAttempt false', 'changeAttempt thrown', 'takeOver done', 'takeOver null',
  'changePlan true', 'booked some', 'booked none', 'overfilled', 'book refused', 'post true', 'quarantine done', 'requeue done', 'takeJobs done',
];

/** Drawn once for all, and enough for all of these to come up: how far chance gets in its time depends on the machine. */
const FIRST_CALLS = fc.sample(someCalls, { seed: 24, numRuns: 8 });

const seen = new Set<string>();

async function makeOnBoth(calls: readonly (readonly number[])[]): Promise<void> {
  const scene = await database.scene();
  const maker = new CallMaker(scene);
  for (const numbers of calls) {
    const { name, make } = maker.next(pickFrom(numbers));
    const expected = await answerOf(make(scene.postgres));
    const answer = await answerOf(make(scene.memory));
    expect({ name, ...(answer as object) }).toEqual({ name, ...(expected as object) });
    seen.add(kindOf(name, answer));
  }
  expect(await tellAll(scene, scene.memory)).toEqual(await tellAll(scene, scene.postgres));
}

it('answers as Postgres does, and leaves the same rows, in calls of every outcome', async () => {
  for (const calls of FIRST_CALLS) await makeOnBoth(calls);
  expect(MUST_COME_UP.filter((kind) => !seen.has(kind))).toEqual([]);
});

it('answers as Postgres does, and leaves the same rows, whatever is called', async () => {
  const untilMs = performance.now() + RANDOM_MS;
  await fc.assert(fc.asyncProperty(someCalls, async (calls) => {
    if (performance.now() < untilMs) await makeOnBoth(calls);
  }), { numRuns: 1_000 });
});
