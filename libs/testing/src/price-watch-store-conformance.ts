/// <reference types="jest" />
import type { PriceWatchStore } from '#application';

export interface PriceWatchStoreSubject {
  readonly store: PriceWatchStore;
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What every adapter of PriceWatchStore must do for portfolios, whatever stands behind it. Registers tests under the name. */
export function priceWatchStoreConformance(name: string, makeSubject: () => Promise<PriceWatchStoreSubject>): void {
  describe(`PriceWatchStore by ${name}`, () => {
    let subject: PriceWatchStoreSubject;
    beforeAll(async () => {
      subject = await makeSubject();
    });
    afterAll(() => subject.close());
    afterEach(() => subject.clear());
    testWatches(() => subject.store);
  });
}

function testWatches(watches: () => PriceWatchStore): void {
  it('tells the markets of all watchers, each with its shards once', async () => {
    await watches().replace('SIMULATOR', 'pf_one', [{ marketId: 'HANAUSDT', shard: 7 }, { marketId: 'AIAUSDT', shard: 7 }]);
    await watches().replace('SIMULATOR', 'pf_two', [{ marketId: 'HANAUSDT', shard: 2 }]);
    await watches().replace('SIMULATOR', 'pf_three', [{ marketId: 'HANAUSDT', shard: 7 }]);
    await watches().replace('MEXC', 'pf_one', [{ marketId: 'XANUSDT', shard: 7 }]);
    expect(await watches().watched('SIMULATOR')).toEqual([{ marketId: 'AIAUSDT', shards: [7] }, { marketId: 'HANAUSDT', shards: [2, 7] }]);
  });

  it('replaces those of a watcher as a whole', async () => {
    await watches().replace('SIMULATOR', 'pf_one', [{ marketId: 'HANAUSDT', shard: 7 }, { marketId: 'AIAUSDT', shard: 7 }]);
    await watches().replace('SIMULATOR', 'pf_one', [{ marketId: 'AIAUSDT', shard: null }, { marketId: 'XANUSDT', shard: 1 }]);
    expect(await watches().watched('SIMULATOR')).toEqual([{ marketId: 'AIAUSDT', shards: [] }, { marketId: 'XANUSDT', shards: [1] }]);
    await watches().replace('SIMULATOR', 'pf_one', []);
    expect(await watches().watched('SIMULATOR')).toEqual([]);
  });
}
