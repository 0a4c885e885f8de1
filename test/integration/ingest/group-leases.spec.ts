import { GroupLeases, OwnMarkets, type PriceWatchStore, type Timer } from '#application';
import { MARKET_GROUPS, marketGroupOf } from '#domain';
import { createDataSource, PostgresIngestLeaseStore, PostgresPriceWatchStore, runMigrations } from '#persistence';
import { createTestDatabase, type TestDatabase } from '#testing';

const LEASE_MS = 60_000;

let database: TestDatabase;
let dataSource: ReturnType<typeof createDataSource>;
let store: PostgresIngestLeaseStore;
beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url, poolSize: 8, applicationName: 'group-leases-spec' }).initialize();
  await runMigrations(dataSource);
  store = new PostgresIngestLeaseStore(dataSource);
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});
afterEach(() => dataSource.query('TRUNCATE ingest_lease, ingest_presence, price_watch, followed_series'));

/** A timer that the test lets strike; a round is over when nothing of it is under way any more. */
function aTimer() {
  const strikes: (() => void)[] = [];
  const timer: Timer = { every: (_ms, work) => (strikes.push(work), () => void strikes.splice(0)), pause: async () => undefined };
  return { timer, strike: () => strikes.forEach((work) => work()) };
}

const SILENT = { info() {}, warn() {}, error() {} };

function anIngestor(name: string) {
  const { timer, strike } = aTimer();
  const state = { isAway: false, changes: 0, beatsUnderWay: 0 };
  const watched = <Value>(work: () => Promise<Value>): Promise<Value> => {
    if (state.isAway) return Promise.reject(new Error('the database is away'));
    state.beatsUnderWay += 1;
    return work().finally(() => (state.beatsUnderWay -= 1));
  };
  const leases = new GroupLeases({
    store: {
      beat: (...of) => watched(() => store.beat(...of)), take: (...of) => watched(() => store.take(...of)),
      giveUp: (...of) => watched(() => store.giveUp(...of)), leave: (...of) => watched(() => store.leave(...of)),
    },
    venue: 'SIMULATOR', ingestorId: name, leaseMs: LEASE_MS, onChange: () => void (state.changes += 1), timer, log: SILENT,
  });
  const settle = async () => {
    do await new Promise((resolve) => setImmediate(resolve));
    while (state.beatsUnderWay > 0);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    name, leases, state,
    start: async () => (leases.start(), await settle()),
    beat: async () => (strike(), await settle()),
  };
}
type Ingestor = ReturnType<typeof anIngestor>;

/** As if so much time had passed, by the clock that decides. */
const letPass = (ms: number) =>
  dataSource.query(`UPDATE ingest_lease SET lease_until = lease_until - ${ms} * interval '1 ms'; UPDATE ingest_presence SET seen_until = seen_until - ${ms} * interval '1 ms'`);

const groupsOf = (ingestors: readonly Ingestor[]) => ingestors.flatMap(({ leases }) => [...leases.groups]).sort((one, other) => one - other);
const ALL = Array.from({ length: MARKET_GROUPS }, (_none, group) => group);

it('holds all groups alone, tells of it once, and gives all back at its end', async () => {
  const one = anIngestor('one');
  await one.start();
  await one.beat();
  expect(groupsOf([one])).toEqual(ALL);
  expect(one.state.changes).toBe(1);
  await one.leases.stop();
  expect(groupsOf([one])).toEqual([]);
  expect((await store.beat('SIMULATOR', 'spec', 1)).groups.every(({ holder }) => holder === null)).toBe(true);
});

it('has five share fairly, as they come and go in any order, with nothing unserved for longer than two beats', async () => {
  const alive: Ingestor[] = [];
  // Who comes (+) and who ends well (-) or badly (x), two beats of everybody apart.
  for (const step of ['+a', '+b', '+c', '-b', '+d', '+e', 'xc', '+b', '-a', 'xe', '-d']) {
    const name = step.slice(1);
    if (step.startsWith('+')) {
      alive.push(anIngestor(name));
      await alive.at(-1)!.start();
    } else {
      const [gone] = alive.splice(alive.findIndex((one) => one.name === name), 1);
      if (step.startsWith('-')) await gone!.leases.stop();
      else {
        // Its last beat is a whole lease ago; those of the others are not.
        await letPass(LEASE_MS - 1_000);
        for (const one of alive) await one.beat();
        await letPass(2_000);
      }
    }
    for (let round = 0; round < 2; round++) for (const one of alive) await one.beat();
    expect(groupsOf(alive)).toEqual(ALL);
    const sizes = alive.map(({ leases }) => leases.groups.size);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  }
  expect(alive.map(({ name }) => name)).toEqual(['b']);
});

it('serves all groups two beats after five have come at once, and never has two hold one, though all beat at the same time', async () => {
  const five = ['a', 'b', 'c', 'd', 'e'].map(anIngestor);
  await Promise.all(five.map((one) => one.start()));
  for (let round = 0; round < 2; round++) {
    await Promise.all(five.map((one) => one.beat()));
    const held = groupsOf(five);
    expect(new Set(held).size).toBe(held.length);
  }
  expect(groupsOf(five)).toEqual(ALL);
});

it('keeps what it had while the database is away, and learns afterwards what others took meanwhile', async () => {
  const [asleep, awake] = [anIngestor('asleep'), anIngestor('awake')];
  await asleep.start();
  asleep.state.isAway = true;
  await asleep.beat();
  expect(groupsOf([asleep])).toEqual(ALL);
  // Longer than its lease, as if it had been stopped and let go on.
  await letPass(LEASE_MS + 1_000);
  await awake.start();
  expect(groupsOf([awake])).toEqual(ALL);
  asleep.state.isAway = false;
  await asleep.beat();
  expect(groupsOf([asleep])).toEqual([]);
  for (let round = 0; round < 2; round++) for (const one of [awake, asleep]) await one.beat();
  expect([asleep.leases.groups.size, awake.leases.groups.size]).toEqual([MARKET_GROUPS / 2, MARKET_GROUPS / 2]);
});

function ownMarkets(groups: () => ReadonlySet<number>) {
  const { timer, strike } = aTimer();
  const watches = new PostgresPriceWatchStore(dataSource);
  const state = { isAway: false, rounds: 0 };
  const source: Pick<PriceWatchStore, 'watched'> = {
    watched: async (venue) => {
      try {
        if (state.isAway) throw new Error('the database is away');
        return await watches.watched(venue);
      } finally {
        state.rounds += 1;
      }
    },
  };
  const own = new OwnMarkets({ watches: source, venue: 'SIMULATOR', groups, everyMs: 1_000, timer, log: SILENT });
  const look = async (begin: () => void) => {
    const before = state.rounds;
    begin();
    while (state.rounds === before) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { own, watches, state, start: () => look(() => own.start()), again: () => look(strike) };
}

describe('the markets of our groups', () => {
  const HELD = marketGroupOf('HANAUSDT');

  it('are the watched ones of groups held at this moment, whatever was held when they were read', async () => {
    let groups: ReadonlySet<number> = new Set();
    const { own, watches, start } = ownMarkets(() => groups);
    const other = ['AIAUSDT', 'XANUSDT', 'TRUTHUSDT', 'SIRENUSDT'].find((marketId) => marketGroupOf(marketId) !== HELD)!;
    await watches.replace('SIMULATOR', 'pf_one', [{ marketId: 'HANAUSDT', shard: 3 }, { marketId: other, shard: 3 }]);
    await start();
    expect(own.list()).toEqual([]);
    groups = new Set([HELD]);
    expect(own.list()).toEqual([{ marketId: 'HANAUSDT', shards: [3] }]);
    groups = new Set(ALL);
    expect(own.list()).toHaveLength(2);
  });

  it('stay what they were while the database is away, and are others once it is back', async () => {
    const { own, watches, state, start, again } = ownMarkets(() => new Set(ALL));
    await watches.replace('SIMULATOR', 'pf_one', [{ marketId: 'HANAUSDT', shard: 3 }]);
    await start();
    await watches.replace('SIMULATOR', 'pf_one', [{ marketId: 'AIAUSDT', shard: 4 }]);
    state.isAway = true;
    await again();
    expect(own.list()).toEqual([{ marketId: 'HANAUSDT', shards: [3] }]);
    state.isAway = false;
    await again();
    expect(own.list()).toEqual([{ marketId: 'AIAUSDT', shards: [4] }]);
  });
});
