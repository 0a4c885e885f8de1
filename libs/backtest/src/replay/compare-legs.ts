import type { FilledLeg, RebalanceLeg } from '../report/backtest-report.js';
import type { Divergence, DivergenceCause, RecordedDecision, RecordedLeg } from './recorded-decision.js';

/** A fill that came later than this after its decision saw another market. */
export const DELAY_MS = 5_000;
/** Below this fraction two floats are the same figure. */
const SAME_FRACTION = 1e-9;

type Plan = Extract<RecordedDecision['outcome'], { readonly kind: 'plan' }>;
type Found = Pick<Divergence, 'cause' | 'expected' | 'actual' | 'value' | 'detail'>;

/** What became of each leg beside what the engine makes of it, from the same holdings at the same prices. */
export function compareLegs(decision: RecordedDecision, plan: Plan, expected: readonly RebalanceLeg[]): readonly Divergence[] {
  const filled = expected.filter((leg): leg is FilledLeg => leg.status === 'filled');
  const fromEngine = filled.flatMap((leg) => {
    const actual = plan.legs.find(({ asset, side }) => decision.assets[asset] === leg.asset && side === leg.side);
    return differences(leg, actual, decision, plan).map((found) => divergence(decision, plan, leg, found));
  });
  const additional = plan.legs.filter((leg) => leg.filledQuantity > 0 && !filled.some(({ asset, side }) => asset === decision.assets[leg.asset] && side === leg.side));
  return [...fromEngine, ...additional.map((leg) => divergence(decision, plan, { asset: decision.assets[leg.asset]!, side: leg.side }, unexpected(leg)))];
}

function divergence({ timeMs, evaluationId }: RecordedDecision, { planId }: Plan, { asset, side }: Pick<FilledLeg, 'asset' | 'side'>, found: Found): Divergence {
  return { timeMs, evaluationId, planId, asset, side, ...found };
}

function unexpected({ filledNotional }: RecordedLeg): Found {
  return { cause: 'decision', expected: 0, actual: filledNotional, value: null, detail: 'the engine has no such leg' };
}

function differences(leg: FilledLeg, actual: RecordedLeg | undefined, decision: RecordedDecision, plan: Plan): readonly Found[] {
  if (actual === undefined || actual.filledQuantity === 0) return [notFilled(leg, actual, plan)];
  return [sizeDifference(leg, actual), priceDifference(leg, actual, decision.timeMs), feeDifference(actual, decision.parameters.tradingFee)].filter((found) => found !== null);
}

function notFilled(leg: FilledLeg, actual: RecordedLeg | undefined, { endReason }: Plan): Found {
  const cause: DivergenceCause = actual?.state === 'skipped' && endReason === null ? 'skipped-leg' : 'fault';
  const why = actual === undefined ? `the plan ended before: ${endReason ?? 'unknown'}` : `${actual.state}: ${actual.reason ?? endReason ?? 'no reason given'}`;
  return { cause, expected: leg.value, actual: 0, value: null, detail: `not filled (${why})` };
}

/** Sales are decided by quantity, purchases by value. */
function sizeDifference(leg: FilledLeg, actual: RecordedLeg): Found | null {
  const [expected, got, step] =
    leg.side === 'sell' ? [leg.quantity, actual.filledQuantity, actual.quantityStep] : [leg.value, actual.filledNotional, actual.valueStep];
  if (isSame(expected, got)) return null;
  const what = leg.side === 'sell' ? 'quantity' : 'value';
  if (Math.abs(expected - got) <= step * (1 + SAME_FRACTION)) return { cause: 'rounding', expected, actual: got, value: 0, detail: `${what}, by less than a step of ${step}` };
  if (leg.side === 'buy' && actual.state === 'filled') return { cause: 'proceeds', expected, actual: got, value: 0, detail: 'value, since the cash at hand was another' };
  return { cause: 'fault', expected, actual: got, value: null, detail: `${what}: ${actual.state}${actual.reason === null ? '' : `, ${actual.reason}`}` };
}

function priceDifference(leg: FilledLeg, actual: RecordedLeg, decidedMs: number): Found | null {
  const price = actual.filledNotional / actual.filledQuantity;
  if (isSame(leg.price, price)) return null;
  const gain = (leg.side === 'sell' ? price - leg.price : leg.price - price) * actual.filledQuantity;
  const lateMs = (actual.doneMs ?? decidedMs) - decidedMs;
  const cause: DivergenceCause = lateMs > DELAY_MS ? 'delay' : 'price';
  return { cause, expected: leg.price, actual: price, value: gain, detail: `price, ${lateMs} ms after the decision` };
}

function feeDifference({ fee, filledNotional }: RecordedLeg, tradingFee: number): Found | null {
  const expected = filledNotional * tradingFee;
  if (isSame(expected, fee)) return null;
  return { cause: 'fee', expected, actual: fee, value: expected - fee, detail: 'fee in quote' };
}

const isSame = (one: number, other: number): boolean => Math.abs(one - other) <= SAME_FRACTION * Math.max(Math.abs(one), Math.abs(other));
