/// <reference types="jest" />
import type { PaperExecution, PaperVenueStore, VenueFill, VenueOrder } from '#application';
import type { DecimalText } from '#domain';

export interface PaperVenueStoreSubject {
  readonly store: PaperVenueStore;
  /** A paper account with so much USDT at its venue; its id. */
  readonly account: (usdt: DecimalText) => Promise<string>;
  readonly close: () => Promise<void>;
}

type At = () => PaperVenueStoreSubject;

const FILLED_MS = 1_767_225_600_000;

/** What every adapter of PaperVenueStore must do, whatever stands behind it. Registers tests under the name. */
export function paperVenueStoreConformance(name: string, makeSubject: () => Promise<PaperVenueStoreSubject>): void {
  describe(`PaperVenueStore by ${name}`, () => {
    let subject: PaperVenueStoreSubject;
    beforeAll(async () => {
      subject = await makeSubject();
    });
    afterAll(() => subject.close());
    const at = (): PaperVenueStoreSubject => subject;
    describe('an order', () => testOrders(at));
    describe('fills', () => testFills(at));
  });
}

const aVenueOrder = (change: Partial<VenueOrder> = {}): VenueOrder => ({
  venueOrderId: 'po_1', clientOrderId: 'c1', marketId: 'HANAUSDT', side: 'buy', status: 'filled', filledQuantity: '5000',
  filledNotional: '100', createdMs: FILLED_MS, updatedMs: FILLED_MS, ...change,
});

const aVenueFill = (change: Partial<VenueFill> = {}): VenueFill => ({
  venueTradeId: 'pt_1', venueOrderId: 'po_1', clientOrderId: 'c1', marketId: 'HANAUSDT', side: 'buy', price: '0.02', quantity: '5000', notional: '100', fee: '0.1',
  feeAsset: 'USDT', isMaker: false, filledMs: FILLED_MS, ...change,
});

/** 5,000 HANA for 100 USDT and a fee of 0.1. */
const aPurchase = (change: Partial<PaperExecution> = {}): PaperExecution => ({
  order: aVenueOrder(), fill: aVenueFill(), changes: [{ asset: 'USDT', quantity: '-100.1' }, { asset: 'HANA', quantity: '5000' }], ...change,
});

function testOrders(at: At): void {
  it('is stored with its fill and what it did to the balances', async () => {
    const accountId = await at().account('1000.50');
    const seen: [string, string][] = [];
    const outcome = await at().store.execute(accountId, 'c1', (balances) => {
      seen.push(...balances);
      return aPurchase();
    });
    expect([outcome, seen]).toEqual(['executed', [['USDT', '1000.5']]]);
    expect(await at().store.balances(accountId)).toEqual([{ asset: 'HANA', free: '5000', locked: '0' }, { asset: 'USDT', free: '900.4', locked: '0' }]);
    expect(await at().store.order(accountId, 'HANAUSDT', 'c1')).toEqual(aVenueOrder());
    expect(await at().store.fillsSince(accountId, 'HANAUSDT', 0)).toEqual([aVenueFill()]);
    expect(await at().store.order(accountId, 'AIAUSDT', 'c1')).toBeNull();
    expect(await at().store.order(accountId, 'HANAUSDT', 'c2')).toBeNull();
    expect(await at().store.balances('paper-nobody')).toEqual([]);
  });

  it('that is known happens no second time, however many come at once', async () => {
    const accountId = await at().account('1000');
    const outcomes = await Promise.all([1, 2, 3].map(() => at().store.execute(accountId, 'c1', () => aPurchase())));
    expect(outcomes.toSorted()).toEqual(['executed', 'known', 'known']);
    expect(await at().store.balances(accountId)).toMatchObject([{ free: '5000' }, { free: '899.9' }]);
  });

  it('that is refused leaves no trace, and may come again', async () => {
    const accountId = await at().account('1000');
    expect(await at().store.execute(accountId, 'c1', () => null)).toBe('refused');
    expect(await at().store.order(accountId, 'HANAUSDT', 'c1')).toBeNull();
    expect(await at().store.execute(accountId, 'c1', () => aPurchase({ fill: null, changes: [] }))).toBe('executed');
    expect(await at().store.fillsSince(accountId, 'HANAUSDT', 0)).toEqual([]);
  });

  it('sees what the one before left, where several come at once', async () => {
    const accountId = await at().account('1000');
    const outcomes = await Promise.all([1, 2, 3, 4, 5].map((turn) => at().store.execute(accountId, `c${turn}`, (balances) => {
      if (Number(balances.get('USDT')) < 300) return null;
      const order = aVenueOrder({ venueOrderId: `po_${turn}`, clientOrderId: `c${turn}` });
      return { order, fill: aVenueFill({ venueTradeId: `pt_${turn}` }), changes: [{ asset: 'USDT', quantity: '-300' }] };
    })));
    expect(outcomes.toSorted()).toEqual(['executed', 'executed', 'executed', 'refused', 'refused']);
    expect(await at().store.balances(accountId)).toEqual([{ asset: 'USDT', free: '100', locked: '0' }]);
  });

  it.each([
    ['what is there', { asset: 'USDT', quantity: '-1000.000000000000000001' }],
    ['nothing', { asset: 'HANA', quantity: '-1' }],
  ])('that takes more than %s is not executed at all', async (_name, change) => {
    const accountId = await at().account('1000');
    await expect(at().store.execute(accountId, 'c1', () => aPurchase({ changes: [change] }))).rejects.toMatchObject({ name: 'StoreFailure', kind: 'refused' });
    expect(await at().store.order(accountId, 'HANAUSDT', 'c1')).toBeNull();
    expect(await at().store.fillsSince(accountId, 'HANAUSDT', 0)).toEqual([]);
    expect(await at().store.balances(accountId)).toEqual([{ asset: 'USDT', free: '1000', locked: '0' }]);
  });
}

function testFills(at: At): void {
  it('are told of a market since a time, oldest first and those of a moment by their id', async () => {
    const accountId = await at().account('1000');
    const fillAt = (venueTradeId: string, filledMs: number, marketId = 'HANAUSDT') => at().store.execute(accountId, `of-${venueTradeId}`, () => ({
      order: aVenueOrder({ marketId, clientOrderId: `of-${venueTradeId}` }), fill: aVenueFill({ venueTradeId, marketId, filledMs }), changes: [],
    }));
    await fillAt('pt_3', FILLED_MS + 86_400_000);
    await fillAt('pt_2', FILLED_MS + 5);
    await fillAt('pt_1', FILLED_MS + 5);
    await fillAt('pt_0', FILLED_MS);
    await fillAt('pt_4', FILLED_MS + 6, 'AIAUSDT');
    const since = async (sinceMs: number) => (await at().store.fillsSince(accountId, 'HANAUSDT', sinceMs)).map(({ venueTradeId }) => venueTradeId);
    expect(await since(0)).toEqual(['pt_0', 'pt_1', 'pt_2', 'pt_3']);
    expect(await since(FILLED_MS + 5)).toEqual(['pt_1', 'pt_2', 'pt_3']);
    expect(await since(FILLED_MS + 5.5)).toEqual(['pt_3']);
    expect(await since(FILLED_MS + 86_400_001)).toEqual([]);
  });
}
