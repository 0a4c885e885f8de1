import type { Candle } from './candle-columns.js';
import { CANDLE_FAULTS, faultOf, spellsNonFinite } from './candle-rules.js';

const OPEN_MS = Date.UTC(2024, 0, 1, 5);
const HOUR_MS = 3_600_000;
const RULES = { interval: '1h', nowMs: OPEN_MS + HOUR_MS } as const;
const aCandle = (changes: Partial<Candle> = {}): Candle => ({
  openTimeMs: OPEN_MS,
  open: 10,
  high: 12,
  low: 9,
  close: 11,
  volume: 5,
  ...changes,
});

describe('faultOf', () => {
  it.each([
    ['a plain candle', {}],
    ['no trade in the interval', { volume: 0 }],
    ['one price only', { open: 10, high: 10, low: 10, close: 10 }],
    ['open and close on the edges', { open: 9, close: 12 }],
    ['a price as small as floats go', { open: 5e-324, high: 12, low: 5e-324 }],
  ])('takes %s', (_name, changes) => expect(faultOf(aCandle(changes), -Infinity, RULES)).toBeNull());

  it.each([
    ['NaN', { close: NaN }, 'non-finite', 'close'],
    ['an infinite high', { high: Infinity }, 'non-finite', 'high'],
    ['an infinite volume', { volume: Infinity }, 'non-finite', 'volume'],
    ['a time that is no number', { openTimeMs: NaN }, 'non-finite', 'openTimeMs'],
    ['a zero price', { open: 0 }, 'non-positive', 'open'],
    ['a negative price', { low: -1 }, 'non-positive', 'low'],
    ['a negative volume', { volume: -1 }, 'non-positive', 'volume'],
    ['high below low', { high: 8 }, 'high-below-low', 'high'],
    ['close above high', { close: 12.5 }, 'open-or-close-outside-range', 'close'],
    ['open below low', { open: 8.9 }, 'open-or-close-outside-range', 'open'],
    ['half an hour', { openTimeMs: OPEN_MS - HOUR_MS / 2 }, 'off-grid', 'openTimeMs'],
    ['a fraction of a millisecond', { openTimeMs: OPEN_MS - HOUR_MS + 0.25 }, 'off-grid', 'openTimeMs'],
    ['a time before the epoch', { openTimeMs: -HOUR_MS }, 'non-positive', 'openTimeMs'],
    ['a candle of tomorrow', { openTimeMs: OPEN_MS + 24 * HOUR_MS }, 'in-the-future', 'openTimeMs'],
  ] as const)('refuses %s', (_name, changes, reason, field) => {
    expect(faultOf(aCandle(changes), -Infinity, RULES)).toEqual({ reason, field });
  });

  it('takes a candle at the instant it closes, and not a millisecond before', () => {
    expect(faultOf(aCandle(), -Infinity, { ...RULES, nowMs: OPEN_MS + HOUR_MS })).toBeNull();
    expect(faultOf(aCandle(), -Infinity, { ...RULES, nowMs: OPEN_MS + HOUR_MS - 1 })?.reason).toBe('in-the-future');
  });

  it('tells a duplicate from an unsorted row by the row before', () => {
    expect(faultOf(aCandle(), OPEN_MS - HOUR_MS, RULES)).toBeNull();
    expect(faultOf(aCandle(), OPEN_MS, RULES)?.reason).toBe('duplicate');
    expect(faultOf(aCandle(), OPEN_MS + HOUR_MS, RULES)?.reason).toBe('unsorted');
  });

  it('has words for every reason', () => {
    for (const words of Object.values(CANDLE_FAULTS)) expect(words).toMatch(/\w/);
  });
});

describe('spellsNonFinite', () => {
  it('tells a number that is not finite from other text', () => {
    for (const text of ['NaN', 'nan', '-inf', 'Infinity', '+Infinity']) expect(spellsNonFinite(text)).toBe(true);
    for (const text of ['', 'none', 'infinite', '1']) expect(spellsNonFinite(text)).toBe(false);
  });
});
