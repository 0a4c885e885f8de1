import { describeSeries, parseSeriesIdentity } from './series-identity.js';

const HANA = { exchange: 'MEXC', base: 'HANA', quote: 'USDT', interval: '1m' };

describe('parseSeriesIdentity', () => {
  it('takes what names one series', () => {
    const parsed = parseSeriesIdentity(HANA);
    expect(parsed).toEqual({ kind: 'valid', identity: HANA });
    expect(parsed.kind === 'valid' && describeSeries(parsed.identity)).toBe('MEXC HANA/USDT 1m');
  });

  it('takes an asset whose letters have no case', () => {
    expect(parseSeriesIdentity({ ...HANA, base: '我踏马来了' }).kind).toBe('valid');
  });

  it.each([
    ['exchange', 'mexc'],
    ['exchange', ''],
    ['exchange', 'A'.repeat(21)],
    ['base', 'hana'],
    ['base', 'HA_NA'],
    ['base', 'A'.repeat(33)],
    ['base', '../HANA'],
    ['quote', 'HANA'],
    ['interval', '7m'],
  ] as const)('refuses %s %j and says the rule', (field, value) => {
    const parsed = parseSeriesIdentity({ ...HANA, [field]: value });
    expect(parsed).toMatchObject({ kind: 'invalid' });
    expect(parsed.kind === 'invalid' && parsed.faults.map((fault) => fault.field)).toContain(field);
  });
});
