import type { MarketRules } from '#domain';
import { assetVerdicts, marketsVerdict } from './asset-verdicts.js';

function aMarket(base: string, changes: Partial<MarketRules> = {}): MarketRules {
  return {
    marketId: `${base}USDT`, base, quote: 'USDT', status: 'online', isApiTradingAllowed: true, sides: 'both', orderTypes: ['LIMIT', 'MARKET'], quantityStep: '0.01',
    priceTick: '0.0001', minQuantity: '0', minNotional: '1', maxNotional: null, minMarketNotional: '1', maxMarketNotional: null, makerFee: '0', takerFee: '0.0005', ...changes,
  };
}

const seen = { markets: [aMarket('HANA'), aMarket('BTC', { isApiTradingAllowed: false }), aMarket('AIA', { sides: 'sell-only' })], apiMarketIds: null };
const wanted = (...assets: readonly string[]) => assets.map((asset) => ({ asset, quote: 'USDT' }));

it('counts what can be traded', () => {
  expect(marketsVerdict(seen)).toMatchObject({ status: 'ok', detail: '3 markets, 1 tradable over the API' });
  expect(marketsVerdict({ ...seen, apiMarketIds: new Set(['XUSDT']) })).toMatchObject({ status: 'warning', detail: '3 markets, 0 tradable over the API' });
});

it('names what can be traded, and why the rest cannot', () => {
  expect(assetVerdicts(seen, wanted('HANA', 'BTC', 'AIA', 'HANNA'), true)).toEqual([
    { name: 'assets', status: 'ok', detail: 'HANA tradable over the API' },
    { name: 'assets', status: 'failed', detail: 'BTC/USDT cannot be traded over the API: BTCUSDT takes no orders over the API (api-trading-off)', fix: expect.any(String) },
    { name: 'assets', status: 'failed', detail: 'AIA/USDT cannot be traded over the API: AIAUSDT is sell-only (one-sided)', fix: expect.any(String) },
    { name: 'assets', status: 'failed', detail: 'the exchange has no market HANNA/USDT: delisted, renamed or mistyped; did you mean HANA?', fix: 'rebalancer exchange markets --assets HANA' },
  ]);
});

it('only warns of what merely is stored', () => {
  expect(assetVerdicts(seen, wanted('BTC'), false)).toMatchObject([{ status: 'warning' }]);
  expect(assetVerdicts(seen, [], false)).toMatchObject([{ status: 'skipped' }]);
});
