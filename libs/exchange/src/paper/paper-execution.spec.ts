import type { OrderRequest } from '#application';
import type { OrderTerms } from '#domain';
import { usualRules } from '../simulated/default-markets.js';
import { executeOnPaper, type PaperMarket } from './paper-execution.js';

const NOW_MS = 1_768_478_400_000;
const market = (change: Partial<PaperMarket> = {}): PaperMarket => ({
  rules: usualRules('HANA', 100), mid: 100, costs: { slippage: 0.01, tradingFee: 0.001 }, venueNowMs: NOW_MS, venueOrderId: 'P1', ...change,
});
const order = (terms: OrderTerms, change: Partial<OrderRequest> = {}): OrderRequest => ({
  marketId: 'HANAUSDT', clientOrderId: 'c1', terms, signMs: NOW_MS, receiveWindowMs: 5_000, ...change,
});
const limit = (side: 'buy' | 'sell', price: string) =>
  executeOnPaper(order({ kind: 'limit-ioc', side, quantity: '2', price }), market(), holding('1000', '5'));
const holding = (usdt: string, hana = '0') => new Map([['USDT', usdt], ['HANA', hana]]);

describe('an order on paper', () => {
  it('buys at the mid plus slippage, whole steps of it, and pays the fee in quote', () => {
    // 500 / (100 × 1.01) = 4.9504…, in steps of 0.01: 4.95; × 101 = 499.95; a thousandth of it: 0.49995.
    expect(executeOnPaper(order({ kind: 'market-buy', quoteValue: '500' }), market(), holding('1000'))).toEqual({
      order: {
        venueOrderId: 'P1', clientOrderId: 'c1', marketId: 'HANAUSDT', side: 'buy', status: 'filled',
        filledQuantity: '4.95', filledNotional: '499.95', createdMs: NOW_MS, updatedMs: NOW_MS,
      },
      fill: {
        venueTradeId: 'P1-1', venueOrderId: 'P1', clientOrderId: 'c1', marketId: 'HANAUSDT', side: 'buy', price: '101', quantity: '4.95',
        notional: '499.95', fee: '0.49995', feeAsset: 'USDT', isMaker: false, filledMs: NOW_MS,
      },
      changes: [{ asset: 'HANA', quantity: '4.95' }, { asset: 'USDT', quantity: '-500.44995' }],
    });
  });

  it('sells at the mid less slippage', () => {
    // 3 × 100 × 0.99 = 297; less a thousandth: 296.703.
    expect(executeOnPaper(order({ kind: 'market-sell', quantity: '3' }), market(), holding('0', '3'))).toMatchObject({
      fill: { side: 'sell', price: '99', quantity: '3', notional: '297', fee: '0.297' },
      changes: [{ asset: 'HANA', quantity: '-3' }, { asset: 'USDT', quantity: '296.703' }],
    });
  });

  it('with a limit is filled where the price with slippage meets it, and ends unfilled where it does not', () => {
    expect(limit('buy', '101')).toMatchObject({ order: { status: 'filled' }, fill: { price: '101', notional: '202' } });
    expect(limit('buy', '100.99')).toMatchObject({ order: { status: 'canceled', filledQuantity: '0' }, fill: null, changes: [] });
    expect(limit('sell', '99')).toMatchObject({ order: { status: 'filled' }, fill: { price: '99' } });
    expect(limit('sell', '99.01')).toMatchObject({ order: { status: 'canceled' }, fill: null });
  });

  it.each<[string, OrderRequest, PaperMarket, ReturnType<typeof holding>, number]>([
    // 100 of value cost 100.1 with the fee at most.
    ['that the cash does not pay for', order({ kind: 'market-buy', quoteValue: '100' }), market(), holding('100.09'), 30_004],
    ['of more than is there', order({ kind: 'market-sell', quantity: '3.01' }), market(), holding('0', '3'), 30_005],
    ['below the minimum', order({ kind: 'market-buy', quoteValue: '0.99' }), market(), holding('100'), 30_002],
    ['that no step of quantity comes of', order({ kind: 'market-buy', quoteValue: '2' }), market({ mid: 1_000 }), holding('100'), 30_002],
    ['off the step', order({ kind: 'market-sell', quantity: '1.005' }), market(), holding('0', '3'), 10_096],
    ['without a market', order({ kind: 'market-buy', quoteValue: '20' }), market({ rules: null, mid: null }), holding('100'), -1121],
    ['without a price', order({ kind: 'market-buy', quoteValue: '20' }), market({ mid: null }), holding('100'), 510],
    ['that comes late', order({ kind: 'market-buy', quoteValue: '20' }, { signMs: NOW_MS - 5_001 }), market(), holding('100'), 700_003],
    ['that is signed ahead of the clock', order({ kind: 'market-buy', quoteValue: '20' }, { signMs: NOW_MS + 1_000 }), market(), holding('100'), 700_003],
    ['in a closed market', order({ kind: 'market-buy', quoteValue: '20' }), market({ rules: usualRules('HANA', 100, { status: 'paused' }) }), holding('100'), 30_016],
  ])('%s is refused as by the venue', (_name, refused, at, balances, code) => {
    expect(executeOnPaper(refused, at, balances)).toMatchObject({ code });
  });

  it('takes the last of the window and all of the cash', () => {
    expect(executeOnPaper(order({ kind: 'market-buy', quoteValue: '100' }, { signMs: NOW_MS - 5_000 }), market(), holding('100.1'))).toHaveProperty('fill.notional');
  });
});
