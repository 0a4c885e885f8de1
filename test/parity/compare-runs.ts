import type { ComparedLeg, ComparedPlan, ComparedRun } from './engine-run.js';

export interface Difference {
  readonly where: string;
  readonly engine: number;
  readonly traded: number;
  readonly cause: 'rounding' | 'unexplained';
}

/** Of the simulator's markets. */
const STEP = 0.01;

/**
 * Every difference between two runs with its cause. Each order leaves less than one step of quantity unplaced, which is worth
 * at most `priceRatio` steps of any other asset; plans only hand on fractions of what they find, so such rests add up and
 * never grow: what lies within the sum of them over the orders so far is rounding.
 */
export function differencesOf(engine: ComparedRun, traded: ComparedRun, priceRatio: number): readonly Difference[] {
  let orders = 0;
  const legs = engine.plans.flatMap((plan, index) => {
    const other = traded.plans[index]?.legs ?? [];
    return plan.legs.flatMap((leg, at) => {
      orders += 1;
      return differing(`${wordsOf(plan)}, ${leg.side} ${leg.base}`, leg.quantity, other[at]?.quantity ?? 0, orders * STEP * priceRatio);
    });
  });
  const held = Object.entries(engine.holdings).flatMap(([asset, quantity]) => differing(`holdings, ${asset}`, quantity, traded.holdings[asset] ?? 0, orders * STEP * priceRatio));
  return [...legs, ...held];
}

/** What must be the same, rounding or not. */
export const outlineOf = ({ plans }: ComparedRun): readonly string[] => plans.map((plan) => `${wordsOf(plan)}: ${plan.legs.map(legWords).join(', ')}`);

const wordsOf = ({ step, cause }: ComparedPlan): string => `step ${step}, ${cause}`;
const legWords = ({ side, base }: ComparedLeg): string => `${side} ${base}`;

function differing(where: string, engine: number, traded: number, bound: number): readonly Difference[] {
  // Floats of the engine's beside exact decimals.
  if (Math.abs(engine - traded) <= 1e-9 * Math.abs(engine)) return [];
  return [{ where, engine, traded, cause: Math.abs(engine - traded) <= bound ? 'rounding' : 'unexplained' }];
}
