import type { MarketRules } from '../market/market-rules.js';
import { parametersFor } from './live-parameters.js';
import { DEFAULT_PARAMETERS } from './parameters.js';

const market = (takerFee: string): MarketRules => ({
  marketId: 'HANAUSDT', base: 'HANA', quote: 'USDT', status: 'online', isApiTradingAllowed: true, sides: 'both', orderTypes: ['MARKET'],
  quantityStep: '0.01', priceTick: '0.0001', minQuantity: '0', minNotional: '1', maxNotional: null, minMarketNotional: '1', maxMarketNotional: null,
  makerFee: '0.9', takerFee,
});

it('estimates live with the largest taker fee, higher or lower than the parameters’', () => {
  const rules = [market('0'), market('0.0005'), market('0.0002')];
  expect(parametersFor('live', DEFAULT_PARAMETERS, rules)).toEqual({ ...DEFAULT_PARAMETERS, tradingFee: 0.0005 });
  expect(parametersFor('live', DEFAULT_PARAMETERS, [market('0.002')]).tradingFee).toBe(0.002);
  expect(parametersFor('live', DEFAULT_PARAMETERS, [market('0')]).tradingFee).toBe(0);
});

it('leaves paper as it is, and live where no market is known', () => {
  expect(parametersFor('paper', DEFAULT_PARAMETERS, [market('0.0005')])).toBe(DEFAULT_PARAMETERS);
  expect(parametersFor('live', DEFAULT_PARAMETERS, [])).toBe(DEFAULT_PARAMETERS);
});
