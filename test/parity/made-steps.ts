import type { PriceStep } from '../e2e/trading/recorded-prices.js';

const TICK = 0.0001;

/** Numerical Recipes' generator: small, and the same everywhere. */
function* drawn(seed: number): Generator<number, never> {
  let state = seed >>> 0;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** Prices near 1 that walk at random by up to 8 % a step, and leap now and then, in whole ticks. */
export function madeSteps(seed: number, bases: readonly string[], count: number): readonly PriceStep[] {
  const chance = drawn(seed);
  const next = (): number => chance.next().value;
  const prices = new Map(bases.map((base) => [base, 1]));
  return Array.from({ length: count }, (_none, index) => {
    for (const [base, price] of prices) {
      const leap = next() < 0.12 ? (next() < 0.5 ? 0.62 : 1.6) : 1;
      const moved = index === 0 ? 1 : price * leap * (1 + 0.16 * (next() - 0.5));
      prices.set(base, Number((Math.round(Math.min(8, Math.max(0.2, moved)) / TICK) * TICK).toFixed(4)));
    }
    return Object.fromEntries(prices);
  });
}
