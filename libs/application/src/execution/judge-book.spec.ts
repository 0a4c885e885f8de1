import { DEFAULT_EXECUTION } from '#domain';
import { aBook, anIntentRecord, aPurchaseRecord, DECIDED_MS } from '#testing';
import { estimatedTerms, judgeBook } from './judge-book.js';
import { PLAN_LIMITS } from './plan-limits.js';

const judged = (intent = anIntentRecord(), book = aBook(), settings = DEFAULT_EXECUTION, nowMs = DECIDED_MS) => judgeBook(book, intent, settings, nowMs, PLAN_LIMITS);
const level = (price: string, quantity: string) => ({ price, quantity });

it('lets a sale go that the best level takes', () => {
  const verdict = judged();
  // All 8,000 at 0.0999, a thousandth below the 0.1 of the decision.
  expect(verdict).toMatchObject({ kind: 'fine' });
  if (verdict.kind !== 'fine') throw new Error(verdict.kind);
  expect(verdict.mid).toBeCloseTo(0.1, 12);
  expect(verdict.averagePrice).toBeCloseTo(0.0999, 12);
  expect(verdict.slippage).toBeCloseTo(0.001, 12);
});

describe('expected slippage', () => {
  // 4,000 at 0.0999 and 4,000 at 0.0981 come to 0.0990 on average: 1 % below 0.1.
  const thin = [level('0.0999', '4000'), level('0.0981', '50000')];

  it('lets go what costs as much as is allowed', () => {
    expect(judged(anIntentRecord(), aBook({ bids: thin }), { ...DEFAULT_EXECUTION, maxSlippage: 0.0100001 })).toMatchObject({ kind: 'fine' });
  });

  it('holds back what costs more', () => {
    expect(judged(anIntentRecord(), aBook({ bids: thin }), { ...DEFAULT_EXECUTION, maxSlippage: 0.0099 })).toEqual({ kind: 'slippage', detail: expect.stringContaining('costs 1.00 %') });
  });

  it('holds back a purchase by what its value costs', () => {
    // 140 of value at 0.2010 and 140 at 0.2080 buy 696.5174 + 673.0769 for 280: 0.20444 on average, 2.2 % above 0.2.
    const book = aBook({ bids: [level('0.1990', '9999')], asks: [level('0.2010', '696.51741'), level('0.2080', '9999')] });
    expect(judged(aPurchaseRecord(), book)).toEqual({ kind: 'slippage', detail: expect.stringContaining('costs 2.22 %') });
  });

  it('never counts a better price than the decision as slippage', () => {
    const bids = [level('0.1009', '9000')];
    const asks = [level('0.1010', '9000')];
    expect(judged(anIntentRecord(), aBook({ bids, asks }), { ...DEFAULT_EXECUTION, maxSlippage: 0.001 })).toMatchObject({ kind: 'fine' });
  });
});

it('holds back what the book does not hold', () => {
  expect(judged(anIntentRecord(), aBook({ bids: [level('0.0999', '6000')] }))).toEqual({ kind: 'slippage', detail: 'the order book holds 75.00 % of the order' });
});

it.each([['bids', { bids: [] }], ['asks', { asks: [] }]])('holds back where the book has no %s', (_, change) => {
  expect(judged(anIntentRecord(), aBook(change))).toEqual({ kind: 'slippage', detail: 'the order book has an empty side' });
});

it('counts of an immediate-or-cancel order only what stands within its limit', () => {
  // Its limit is 0.1 × 0.99 = 0.099: the second level is below it.
  const bids = [level('0.0999', '6000'), level('0.0989', '50000')];
  expect(judged(anIntentRecord(), aBook({ bids }), { ...DEFAULT_EXECUTION, orderType: 'ioc' })).toEqual({ kind: 'slippage', detail: 'the order book holds 75.00 % of the order' });
});

describe('the price of the decision', () => {
  it.each([
    // Mid 0.102 and 0.098: exactly 2 % away, give or take a float's hair.
    ['2 % above', '0.1018', '0.1021', 'fine'],
    ['2 % below', '0.0980', '0.0981', 'slippage'],
    ['more than 2 % above', '0.1020', '0.1022', 'price-moved'],
    ['more than 2 % below', '0.0978', '0.0980', 'price-moved'],
  ])('%s: %s to %s is %s', (_, bid, ask, kind) => {
    expect(judged(anIntentRecord(), aBook({ bids: [level(bid, '9000')], asks: [level(ask, '9000')] }))).toMatchObject({ kind });
  });

  it('counts for purchases alike', () => {
    expect(judged(aPurchaseRecord(), aBook({ bids: [level('0.2049', '9000')], asks: [level('0.2051', '9000')] }))).toMatchObject({ kind: 'price-moved' });
  });
});

it('takes no book that is older than ten seconds by the venue\'s clock', () => {
  expect(judged(anIntentRecord(), aBook(), DEFAULT_EXECUTION, DECIDED_MS + 10_000)).toMatchObject({ kind: 'fine' });
  expect(judged(anIntentRecord(), aBook(), DEFAULT_EXECUTION, DECIDED_MS + 10_001)).toEqual({ kind: 'old-book', detail: 'the order book is 10001 ms old' });
});

it('estimates with what is wanted, as the order type has it', () => {
  const ioc = { ...DEFAULT_EXECUTION, orderType: 'ioc', maxSlippage: 0.25 } as const;
  expect(estimatedTerms(anIntentRecord(), DEFAULT_EXECUTION)).toEqual({ kind: 'market-sell', quantity: '8000' });
  expect(estimatedTerms(aPurchaseRecord(), DEFAULT_EXECUTION)).toEqual({ kind: 'market-buy', quoteValue: '280' });
  expect(estimatedTerms(anIntentRecord({ refPrice: 2 }), ioc)).toEqual({ kind: 'limit-ioc', side: 'sell', quantity: '8000', price: '1.5' });
  // 280 at a limit of 2 × 1.25 = 2.5 are 112.
  expect(estimatedTerms(aPurchaseRecord({ refPrice: 2 }), ioc)).toEqual({ kind: 'limit-ioc', side: 'buy', quantity: '112', price: '2.5' });
});
