import { OrderLog } from './order-log.js';
import type { SimulatedFill, SimulatedOrder } from './venue-types.js';

const DAY_MS = 86_400_000;

function anEntry(id: number, change: Partial<SimulatedOrder> = {}) {
  const order: SimulatedOrder = {
    orderId: `C02__${id}`, clientOrderId: `c${id}`, accountId: 'a', marketId: 'HANAUSDT', side: 'BUY', type: 'LIMIT', status: 'FILLED', price: '1',
    originalQuantity: '1', originalQuoteQuantity: null, executedQuantity: '1', executedQuote: '1', createdMs: id, updatedMs: id, ...change,
  };
  return { order, locked: '0' };
}

function aFill(id: number, timeMs: number): SimulatedFill {
  return {
    tradeId: String(id), orderId: `C02__${id}`, clientOrderId: null, accountId: 'a', marketId: 'HANAUSDT', side: 'BUY', price: '1', quantity: '1',
    quoteQuantity: '1', commission: '0', commissionAsset: 'USDT', isMaker: false, timeMs,
  };
}

const ALL = { fromMs: 0, toMs: Infinity, limit: Infinity };

describe('the log of orders', () => {
  it('keeps closed orders for 7 days and fills for 30, and open orders for ever', () => {
    const log = new OrderLog();
    log.add(anEntry(1));
    log.add(anEntry(2, { status: 'NEW' }));
    log.add(anEntry(3, { updatedMs: 3 * DAY_MS }));
    log.addFill(aFill(1, 1));
    log.addFill(aFill(3, 3 * DAY_MS));
    const idsAt = (nowMs: number) => {
      log.prune(nowMs - 3_600_000, nowMs);
      return [log.ordersOf('a', 'HANAUSDT', ALL).map(({ orderId }) => orderId), log.fillsOf('a', 'HANAUSDT', ALL).map(({ tradeId }) => tradeId)];
    };
    expect(idsAt(7 * DAY_MS)).toEqual([['C02__3', 'C02__2', 'C02__1'], ['3', '1']]);
    expect(idsAt(8 * DAY_MS)).toEqual([['C02__3', 'C02__2'], ['3', '1']]);
    expect([log.find('a', 'HANAUSDT', { orderId: 'C02__1' }), log.find('a', 'HANAUSDT', { clientOrderId: 'c1' })]).toEqual([null, null]);
    expect(idsAt(32 * DAY_MS)).toEqual([['C02__2'], ['3']]);
    expect(idsAt(40 * DAY_MS)).toEqual([['C02__2'], []]);
    expect(log.open().map(({ order }) => order.orderId)).toEqual(['C02__2']);
  });

  it('holds 50,000 closed orders and 100,000 fills at the most', () => {
    const log = new OrderLog();
    for (let id = 1; id <= 52_000; id++) log.add(anEntry(id));
    for (let id = 1; id <= 102_000; id++) log.addFill(aFill(id, id));
    log.prune(200_000, 200_000);
    const { orders, fills } = log.state();
    expect([orders.length, orders[0]!.order.orderId, fills.length, fills[0]!.tradeId]).toEqual([50_000, 'C02__2001', 100_000, '2001']);
  });

  it('never gives digits twice, even after it was opened anew in the same millisecond', () => {
    const log = new OrderLog();
    const first = [log.nextDigits(5), log.nextDigits(5)];
    const again = new OrderLog(log.state());
    expect(new Set([...first, again.nextDigits(5), again.nextDigits(5)]).size).toBe(4);
  });

  it('finds an order by its account and market only, the newest of a client order id, and a page of the newest', () => {
    const log = new OrderLog();
    log.add(anEntry(1, { clientOrderId: 'x' }));
    log.add(anEntry(2, { clientOrderId: 'x' }));
    log.add(anEntry(3, { clientOrderId: 'x', accountId: 'b' }));
    expect(log.find('a', 'HANAUSDT', { clientOrderId: 'x' })!.order.orderId).toBe('C02__2');
    expect(log.find('b', 'HANAUSDT', { orderId: 'C02__1' })).toBeNull();
    expect(log.find('a', 'AIAUSDT', { orderId: 'C02__1' })).toBeNull();
    expect(log.ordersOf('a', 'HANAUSDT', { ...ALL, limit: 1 }).map(({ orderId }) => orderId)).toEqual(['C02__2']);
    expect(log.ordersOf('a', 'HANAUSDT', { ...ALL, toMs: 1 }).map(({ orderId }) => orderId)).toEqual(['C02__1']);
  });
});
