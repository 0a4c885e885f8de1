import { tradabilityOf, type MarketRules } from './market-rules.js';

const HANA: MarketRules = {
  marketId: 'HANAUSDT', base: 'HANA', quote: 'USDT', status: 'online', isApiTradingAllowed: true, sides: 'both',
  orderTypes: ['LIMIT', 'MARKET', 'LIMIT_MAKER'], quantityStep: '0.01', priceTick: '0.00001', minQuantity: '0', minNotional: '1',
  maxNotional: '2000000', minMarketNotional: '1', maxMarketNotional: '100000', makerFee: '0', takerFee: '0.0005',
};

it.each<[string, Partial<MarketRules>, string[] | null, string]>([
  ['open on both sides', {}, null, 'tradable'],
  ['on the list', {}, ['HANAUSDT'], 'tradable'],
  ['beside an empty list, which is none', {}, [], 'tradable'],
  ['paused', { status: 'paused' }, null, 'not-online'],
  ['closed to the API', { isApiTradingAllowed: false }, ['HANAUSDT'], 'api-trading-off'],
  ['missing on the list', {}, ['AIAUSDT'], 'not-on-api-list'],
  ['sell only', { sides: 'sell-only' }, null, 'one-sided'],
  ['limit orders only', { orderTypes: ['LIMIT'] }, null, 'no-market-orders'],
])('takes a market that is %s for what it is', (_name, change, listed, expected) => {
  const found = tradabilityOf({ ...HANA, ...change }, listed === null ? null : new Set(listed));
  expect(found.kind === 'tradable' ? found.kind : found.reason).toBe(expected);
});
