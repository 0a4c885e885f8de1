import * as fc from 'fast-check';
import { CAP_RULES, DEFAULT_CAPS, type RiskCaps } from '../portfolio/portfolio-configuration.js';
import { exceededCap, stricterCaps, type CapUsage } from './caps.js';

const IDLE: CapUsage = { notionalOfPlan: '0', notionalLastHour: '0', notionalLastDay: '0', ordersLastMinute: 0, plansLastDay: 1 };
const CAPS: RiskCaps = {
  maxOrderFraction: 0.5, maxPlanFraction: 1, maxHourlyTurnover: 1.5, maxDailyTurnover: 4, maxPlansPerDay: 10, maxOrdersPerMinute: 5, maxDrawdown: null,
};
const exceeded = (usage: Partial<CapUsage>, order: string, totalValue = 1_000) => exceededCap({ ...IDLE, ...usage }, order, totalValue, CAPS)?.cap ?? null;

// Of a total value of 1,000: orders up to 500, plans up to 1,000, hours up to 1,500, days up to 4,000.
it.each<[string, Partial<CapUsage>, string, keyof RiskCaps | null]>([
  ['an order of exactly its cap', {}, '500', null],
  ['an order above it', {}, '500.01', 'maxOrderFraction'],
  ['a plan that the order fills up', { notionalOfPlan: '600' }, '400', null],
  ['a plan beyond its cap', { notionalOfPlan: '600' }, '400.01', 'maxPlanFraction'],
  ['an hour that the order fills up', { notionalLastHour: '1100' }, '400', null],
  ['an hour beyond its cap', { notionalLastHour: '1100' }, '400.01', 'maxHourlyTurnover'],
  ['a day that the order fills up', { notionalLastDay: '3600' }, '400', null],
  ['a day beyond its cap', { notionalLastDay: '3600' }, '400.01', 'maxDailyTurnover'],
  ['the last plan of a day', { plansLastDay: 10 }, '10', null],
  ['one plan more', { plansLastDay: 11 }, '10', 'maxPlansPerDay'],
  ['the last order of a minute', { ordersLastMinute: 4 }, '10', null],
  ['one order more', { ordersLastMinute: 5 }, '10', 'maxOrdersPerMinute'],
])('judges %s', (_name, usage, order, expected) => {
  expect(exceeded(usage, order)).toBe(expected);
});

it.each([0, -1, NaN])('allows nothing for a portfolio worth %d', (totalValue) => {
  expect(exceeded({}, '0.01', totalValue)).toBe('maxOrderFraction');
});

it('allows nothing whose value is no number', () => {
  expect(exceeded({}, 'NaN')).toBe('maxOrderFraction');
  expect(exceeded({ notionalLastDay: 'NaN' }, '1')).toBe('maxDailyTurnover');
});

it('says both numbers', () => {
  expect(exceededCap(IDLE, '500.01', 1_000, CAPS)!.detail).toBe('the order would come to 500.01, maxOrderFraction 0.5 of 1000.00 allows 500.00');
  expect(exceededCap({ ...IDLE, ordersLastMinute: 5 }, '1', 1_000, CAPS)!.detail).toBe('it would be 6 orders in a minute, maxOrdersPerMinute allows 5');
});

// 0.1 × 3 is a hair above 0.3: an order of exactly the cap must not fail for that.
it('allows what reaches a cap but for the rounding of floats', () => {
  expect(exceededCap(IDLE, String(0.1 * 3), 1, { ...CAPS, maxOrderFraction: 0.3 })).toBeNull();
});

const someCaps: fc.Arbitrary<RiskCaps> = fc.record({
  maxOrderFraction: fc.double({ min: 0.01, max: 1, noNaN: true }), maxPlanFraction: fc.double({ min: 0.01, max: 2, noNaN: true }),
  maxHourlyTurnover: fc.double({ min: 0.01, max: 10, noNaN: true }), maxDailyTurnover: fc.double({ min: 0.01, max: 10, noNaN: true }),
  maxPlansPerDay: fc.integer({ min: 1, max: 20 }), maxOrdersPerMinute: fc.integer({ min: 1, max: 20 }),
  maxDrawdown: fc.option(fc.double({ min: 0.01, max: 1, noNaN: true })),
});

it('takes of two versions the stricter in each cap', () => {
  expect(stricterCaps(CAPS, { ...CAPS, maxOrderFraction: 0.2, maxPlansPerDay: 20, maxDrawdown: 0.3 })).toEqual({ ...CAPS, maxOrderFraction: 0.2, maxDrawdown: 0.3 });
  expect(stricterCaps({ ...CAPS, maxDrawdown: 0.1 }, { ...CAPS, maxDrawdown: 0.3 }).maxDrawdown).toBe(0.1);
  expect(stricterCaps({ ...CAPS, maxDrawdown: 0.1 }, CAPS).maxDrawdown).toBe(0.1);
  expect(stricterCaps(CAPS, CAPS)).toEqual(CAPS);
  // Every cap is looked at: a new one must not be forgotten here.
  expect(Object.keys(stricterCaps(CAPS, DEFAULT_CAPS)).toSorted()).toEqual(Object.keys(CAP_RULES).toSorted());
});

it('refuses under the stricter caps exactly what either refuses', () => {
  const usages = fc.record({
    notionalOfPlan: fc.nat(2_000).map(String), notionalLastHour: fc.nat(8_000).map(String), notionalLastDay: fc.nat(8_000).map(String),
    ordersLastMinute: fc.nat(20), plansLastDay: fc.nat(20),
  });
  fc.assert(fc.property(usages, fc.nat(900).map(String), someCaps, someCaps, (usage, order, a, b) => {
    const isRefused = (caps: RiskCaps): boolean => exceededCap(usage, order, 1_000, caps) !== null;
    expect(isRefused(stricterCaps(a, b))).toBe(isRefused(a) || isRefused(b));
  }));
});

it('leaves the cascade room by default, also where one asset is all of the value', () => {
  // 1,000 in one asset of three: 600 of it are sold down to the limit of 0.4, and 0.7 × 600 are spent again: 1,020 in all.
  const usage = { notionalOfPlan: '0', notionalLastHour: '0', notionalLastDay: '0', ordersLastMinute: 0, plansLastDay: 1 };
  expect(exceededCap(usage, '600', 1_000, DEFAULT_CAPS)).toBeNull();
  expect(exceededCap({ ...usage, notionalOfPlan: '810', notionalLastHour: '810', notionalLastDay: '810', ordersLastMinute: 2 }, '210', 1_000, DEFAULT_CAPS)).toBeNull();
});
