import * as fc from 'fast-check';
import { seededDraws } from '../../../apps/exchange-simulator/src/faults/seeded-draws.js';
import { checkOdds, drawFate, effectOf, FAULTY_FATES, NO_FAULTS, type LinkOdds } from './draw-fate.js';

const ORDER = { method: 'POST', url: 'http://127.0.0.1/api/v3/order?symbol=HANAUSDT' };
const LOOK_UP = { method: 'GET', url: 'http://127.0.0.1/api/v3/order?symbol=HANAUSDT' };
const TIME = { method: 'GET', url: 'http://127.0.0.1/api/v3/time' };

it('comes as often as its odds say', () => {
  const random = seededDraws(3);
  const odds: LinkOdds = { ...NO_FAULTS, orders: { 'lost-request': 0.1, 'late-reply': 0.3 } };
  const counts: Record<string, number> = {};
  for (let i = 0; i < 10_000; i++) {
    const { kind } = drawFate(random, odds, ORDER);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  expect(Object.keys(counts).toSorted()).toEqual(['late-reply', 'lost-request', 'ok']);
  // Four standard deviations of 10,000 draws: 4 x sqrt(10,000 x 0.1 x 0.9) = 120, with 0.3 4 x 45.8 = 183.
  expect(Math.abs(counts['lost-request']! - 1_000)).toBeLessThan(120);
  expect(Math.abs(counts['late-reply']! - 3_000)).toBeLessThan(183);
});

it('tells orders from questions, and look-ups from other questions', () => {
  const odds: LinkOdds = { orders: { firewall: 1 }, questions: { maintenance: 1 }, lag: { chance: 1, mostMs: 20_000 } };
  const random = seededDraws(1);
  const faultsOf = (asked: typeof ORDER) => drawFate(random, odds, asked).faults.map(({ fault }) => fault);
  expect(faultsOf(ORDER)).toEqual(['firewall']);
  expect(faultsOf(TIME)).toEqual([expect.stringMatching(/^maintenance/u)]);
  expect(faultsOf(LOOK_UP)).toEqual([expect.stringMatching(/^maintenance/u), 'lookup-lag']);
});

it.each(FAULTY_FATES)('%s: whatever is drawn for it, the simulator can play, within 20 to 300 ms each way', (fate) => {
  const odds: LinkOdds = { orders: { [fate]: 1 }, questions: { [fate]: 1 }, lag: { chance: 0.5, mostMs: 120_000 } };
  fc.assert(
    fc.property(fc.integer(), fc.constantFrom(ORDER, LOOK_UP), (seed, asked) => {
      const drawn = drawFate(seededDraws(seed), odds, asked);
      expect(drawn).toEqual(drawFate(seededDraws(seed), odds, asked));
      expect(drawn.kind).toBe(fate);
      for (const wayMs of [drawn.thereMs, drawn.backMs]) expect(wayMs >= 20 && wayMs <= 300).toBe(true);
      const effects = drawn.faults.map((fault) => effectOf(fault, 0));
      for (const effect of effects) if (effect.at === 'arrival' || effect.at === 'departure') expect(effect.delayMs >= 1_000 && effect.delayMs <= 60_000).toBe(true);
      for (const effect of effects) if (effect.at === 'lookup') expect(effect.faults.lagMs! >= 1_000 && effect.faults.lagMs! <= 120_000).toBe(true);
    }),
  );
});

it.each<[string, LinkOdds]>([
  ['more than certain', { ...NO_FAULTS, orders: { firewall: 0.6, maintenance: 0.5 } }],
  ['below zero', { ...NO_FAULTS, questions: { firewall: -0.1 } }],
  ['no number', { ...NO_FAULTS, questions: { firewall: Number.NaN } }],
  ['a lag more than certain', { ...NO_FAULTS, lag: { chance: 1.5, mostMs: 1 } }],
])('refuses odds that are %s', (_name, odds) => {
  expect(() => checkOdds(odds)).toThrow(/^odds of/u);
});
