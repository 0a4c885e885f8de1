import { MARKET_GROUPS } from '#domain';
import { createDataSource, PostgresIngestLeaseStore, PostgresPriceWatchStore, runMigrations } from '#persistence';
import { createTestDatabase, priceWatchStoreConformance, type TestDatabase } from '#testing';

let database: TestDatabase;
let dataSource: ReturnType<typeof createDataSource>;
let leases: PostgresIngestLeaseStore;
let watches: PostgresPriceWatchStore;
beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url, poolSize: 4, applicationName: 'ingest-spec' }).initialize();
  await runMigrations(dataSource);
  leases = new PostgresIngestLeaseStore(dataSource);
  watches = new PostgresPriceWatchStore(dataSource);
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});
afterEach(() => dataSource.query('TRUNCATE ingest_lease, ingest_presence, price_watch, followed_series'));

const LEASE_MS = 60_000;
const heldBy = async (ingestor: string) => {
  const { groups } = await leases.beat('SIMULATOR', ingestor, LEASE_MS);
  return groups.filter(({ holder }) => holder === ingestor).map(({ group }) => group);
};
/** As if so much time had passed, by the clock that decides. */
const letPass = (ms: number) =>
  dataSource.query(`UPDATE ingest_lease SET lease_until = lease_until - ${ms} * interval '1 ms'; UPDATE ingest_presence SET seen_until = seen_until - ${ms} * interval '1 ms'`);

describe('leases of market groups', () => {
  it('begin with all groups free and one ingestor that has shown itself', async () => {
    const { groups, ingestors } = await leases.beat('SIMULATOR', 'one', LEASE_MS);
    expect(groups).toEqual(Array.from({ length: MARKET_GROUPS }, (_none, group) => ({ group, holder: null })));
    expect(ingestors).toEqual(['one']);
  });

  it('are taken by one of those who want them, and by no other while they run', async () => {
    const wanted = [0, 1, 2, 3];
    const taken = await Promise.all(['one', 'two', 'three'].map((ingestor) => leases.take('SIMULATOR', ingestor, wanted, LEASE_MS)));
    expect(new Set(taken.flat())).toEqual(new Set(wanted));
    expect(taken.flat()).toHaveLength(4);
    expect(await leases.take('SIMULATOR', 'four', wanted, LEASE_MS)).toEqual([]);
    expect(await leases.take('MEXC', 'four', wanted, LEASE_MS)).toEqual(wanted);
  });

  it('are free again when they have run out, and their holder is no longer there', async () => {
    await leases.beat('SIMULATOR', 'dead', LEASE_MS);
    await leases.take('SIMULATOR', 'dead', [3, 4], LEASE_MS);
    await letPass(LEASE_MS + 1_000);
    const { groups, ingestors } = await leases.beat('SIMULATOR', 'alive', LEASE_MS);
    expect(groups.every(({ holder }) => holder === null)).toBe(true);
    expect(ingestors).toEqual(['alive']);
    expect(await leases.take('SIMULATOR', 'alive', [3, 4], LEASE_MS)).toEqual([3, 4]);
    // The dead one was only asleep: what others took it does not hold any more.
    expect(await heldBy('dead')).toEqual([]);
  });

  it('are renewed by every beat', async () => {
    await leases.take('SIMULATOR', 'one', [3], LEASE_MS);
    for (let beat = 0; beat < 3; beat++) {
      await letPass(LEASE_MS * 0.75);
      expect(await heldBy('one')).toEqual([3]);
    }
  });

  it('are given up at once, some or all', async () => {
    await leases.beat('SIMULATOR', 'one', LEASE_MS);
    await leases.take('SIMULATOR', 'one', [1, 2, 3], LEASE_MS);
    await leases.giveUp('SIMULATOR', 'one', [2]);
    // The next beat brings back what it has, and nothing that it gave up.
    expect(await heldBy('one')).toEqual([1, 3]);
    expect(await leases.take('SIMULATOR', 'two', [1, 2, 3], LEASE_MS)).toEqual([2]);
    await leases.leave('SIMULATOR', 'one');
    expect((await leases.beat('SIMULATOR', 'two', LEASE_MS)).ingestors).toEqual(['two']);
    expect(await leases.take('SIMULATOR', 'two', [1, 3], LEASE_MS)).toEqual([1, 3]);
  });
});

describe('watched markets', () => {
  it('are those of all watchers and of followed series, each with its shards once', async () => {
    await watches.replace('SIMULATOR', 'pf_one', [{ marketId: 'HANAUSDT', shard: 7 }, { marketId: 'AIAUSDT', shard: 7 }]);
    await watches.replace('SIMULATOR', 'pf_two', [{ marketId: 'HANAUSDT', shard: 2 }]);
    await watches.replace('SIMULATOR', 'pf_three', [{ marketId: 'HANAUSDT', shard: 7 }]);
    await watches.replace('MEXC', 'pf_one', [{ marketId: 'XANUSDT', shard: 7 }]);
    await dataSource.query(`INSERT INTO followed_series (exchange, base, quote, candle_interval, interval_ms, market_id)
      VALUES ('SIMULATOR', 'TRUTH', 'USDT', '1h', 3600000, 'TRUTHUSDT'), ('SIMULATOR', 'HANA', 'USDT', '1h', 3600000, 'HANAUSDT')`);
    expect(await watches.watched('SIMULATOR')).toEqual([
      { marketId: 'AIAUSDT', shards: [7] }, { marketId: 'HANAUSDT', shards: [2, 7] }, { marketId: 'TRUTHUSDT', shards: [] },
    ]);
  });
});

priceWatchStoreConformance('PostgresPriceWatchStore', async () => ({
  store: watches,
  clear: async () => void (await dataSource.query('TRUNCATE price_watch')),
  close: async () => undefined,
}));
