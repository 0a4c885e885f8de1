import * as fc from 'fast-check';
import {
  DEFAULT_PARAMETERS, MAX_ASSETS, PARAMETER_RULES, checkBasket, parseParameters, ruleInWords, type ParameterRule,
} from './parameters.js';

/** The defaults as the specification's table lists them. */
const SPECIFIED_DEFAULTS = {
  upsideThreshold: 0.4, downsideThreshold: 0.35, sellPercentage: 0.2, usdtReserve: 0.3, minOrderValue: 15,
  cooldownMinutes: 30, maxPosition: 0.4, maxDonorSale: 0.25, minReserve: 0.05, initialCapital: 10_000,
  tradingFee: 0.001, slippage: 0, fillAt: 'next-open', evaluateEverySeconds: 60,
};

const faultsOf = (overrides: Record<string, unknown>) => {
  const parsed = parseParameters(overrides);
  return parsed.ok ? [] : parsed.faults;
};

describe('parseParameters', () => {
  it('gives the specified defaults where nothing is overridden', () => {
    expect(parseParameters({})).toEqual({ ok: true, parameters: SPECIFIED_DEFAULTS });
    expect(parseParameters({ slippage: undefined })).toEqual({ ok: true, parameters: SPECIFIED_DEFAULTS });
  });

  it('takes overrides over the defaults', () => {
    const parsed = parseParameters({ usdtReserve: 0.2, fillAt: 'close' });
    expect(parsed).toEqual({ ok: true, parameters: { ...SPECIFIED_DEFAULTS, usdtReserve: 0.2, fillAt: 'close' } });
  });

  it.each([
    ['upsideThreshold', 1.5], ['downsideThreshold', 1], ['sellPercentage', 1], ['maxPosition', 1], ['maxDonorSale', 1],
    ['usdtReserve', 0], ['minReserve', 0], ['tradingFee', 0], ['slippage', 0.999], ['cooldownMinutes', 0],
    ['minOrderValue', 1e-9], ['fillAt', 'close'],
  ])('accepts %s %p', (field, value) => {
    expect(faultsOf({ [field]: value })).toEqual([]);
  });

  it.each([
    ['upsideThreshold', 0], ['downsideThreshold', 1.001], ['downsideThreshold', 0], ['sellPercentage', 0],
    ['sellPercentage', 1.01], ['maxPosition', 0], ['maxPosition', 1.01], ['maxDonorSale', 1.2], ['maxDonorSale', 0],
    ['usdtReserve', 1], ['usdtReserve', -0.1], ['minReserve', 1], ['tradingFee', 1], ['slippage', 1],
    ['cooldownMinutes', -1], ['minOrderValue', 0], ['initialCapital', 0], ['evaluateEverySeconds', 0],
    ['upsideThreshold', Number.NaN], ['initialCapital', Infinity], ['usdtReserve', '0.2'], ['minReserve', null],
    ['fillAt', 'open'], ['fillAt', 1],
  ])('refuses %s %p and names the field', (field, value) => {
    expect(faultsOf({ [field]: value }).map((fault) => fault.field)).toEqual([field]);
  });

  it('says which rule is broken and what came', () => {
    expect(faultsOf({ usdtReserve: 1 })).toEqual([
      { field: 'usdtReserve', rule: 'must be a number at least 0 and below 1', received: '1' },
    ]);
    expect(faultsOf({ fillAt: 'open' })).toEqual([
      { field: 'fillAt', rule: 'must be one of next-open, close', received: '"open"' },
    ]);
  });

  it('reports every fault, and unknown fields among them', () => {
    const faults = faultsOf({ maxPosition: 2, sellPercentage: -1, takeProfit: 3, constructor: 1 });
    expect(faults.map(({ field }) => field)).toEqual(['maxPosition', 'sellPercentage', 'takeProfit', 'constructor']);
    expect(faults[2]?.rule).toContain('is not a parameter');
  });

  it('renders what came in at most 80 characters, whatever came', () => {
    fc.assert(fc.property(fc.anything(), (value) => {
      const [fault] = faultsOf({ fillAt: value === undefined ? null : value });
      expect(fault === undefined || fault.received.length <= 80).toBe(true);
    }));
  });

  it('accepts a number exactly where the rule in the table does', () => {
    const names = fc.constantFrom(...Object.keys(PARAMETER_RULES));
    fc.assert(fc.property(names, fc.double({ noNaN: true, min: -2, max: 2 }), (name, value) => {
      const rule = PARAMETER_RULES[name as keyof typeof PARAMETER_RULES];
      expect(faultsOf({ [name]: value }).length === 0).toBe(isInside(rule, value));
    }));
  });
});

function isInside(rule: ParameterRule, value: number): boolean {
  if (rule.kind === 'enum') return false;
  const words = ruleInWords(rule);
  return (words.includes('at least') || value !== rule.min) && value >= rule.min
    && (words.includes('at most') || value !== rule.max) && value <= rule.max;
}

const rulesOf = (assets: readonly string[]) => checkBasket(assets, 'USDT').map(({ rule }) => rule);

describe('checkBasket', () => {
  it('accepts one asset and the most there may be', () => {
    expect(rulesOf(['BTC'])).toEqual([]);
    expect(rulesOf(Array.from({ length: MAX_ASSETS }, (_, index) => `A${index}`))).toEqual([]);
  });

  it('refuses no asset, too many, one twice, an empty name and the quote currency', () => {
    expect(rulesOf([])).toEqual(['must name at least one asset']);
    expect(rulesOf(Array.from({ length: MAX_ASSETS + 1 }, (_, index) => `A${index}`))).toEqual(['must name at most 200 assets']);
    expect(checkBasket(['BTC', 'ETH', 'BTC', 'BTC'], 'USDT')).toEqual([
      { field: 'assets', rule: 'must not name an asset twice', received: '"BTC"' },
    ]);
    expect(rulesOf([''])).toEqual(['must not hold an empty name']);
    expect(rulesOf(['BTC', 'USDT'])).toEqual(['must not hold the quote currency']);
  });
});

it('keeps the defaults frozen', () => {
  expect(Object.isFrozen(DEFAULT_PARAMETERS)).toBe(true);
});
