import { ExactDecimal } from '../market/exact-decimal.js';
import type { DecimalText } from '../market/market-rules.js';

/** What the books say of an asset, and what the venue does. */
export interface BalanceComparison {
  readonly asset: string;
  readonly booked: DecimalText;
  readonly venue: DecimalText;
  readonly tolerance: DecimalText;
}

/** A venue may keep fewer digits than the books. */
const SMALLEST_TOLERANCE = '0.00000001';

/** Every asset that either side knows, by name. Free and locked count together: what an order holds is still there. */
export function compareBalances(
  booked: readonly { readonly asset: string; readonly quantity: DecimalText }[],
  venue: readonly { readonly asset: string; readonly free: DecimalText; readonly locked: DecimalText }[],
  /** Of assets that are traded in a market with rules. */
  steps: ReadonlyMap<string, DecimalText>,
): readonly BalanceComparison[] {
  const quantities = new Map(booked.map(({ asset, quantity }) => [asset, quantity]));
  const totals = new Map(venue.map(({ asset, free, locked }) => [asset, new ExactDecimal(free).plus(locked).toFixed()]));
  const assets = [...new Set([...quantities.keys(), ...totals.keys()])].sort();
  return assets.map((asset) => ({
    asset, booked: quantities.get(asset) ?? '0', venue: totals.get(asset) ?? '0',
    tolerance: ExactDecimal.max(steps.get(asset) ?? 0, SMALLEST_TOLERANCE).toFixed(),
  }));
}

export function isDifferent({ booked, venue, tolerance }: BalanceComparison): boolean {
  return new ExactDecimal(venue).minus(booked).abs().gt(tolerance);
}

/** Whether two comparisons of an asset show the same distance: what passes by itself does not stay the same. */
export function isSameDifference(one: BalanceComparison, other: BalanceComparison): boolean {
  if (one.asset !== other.asset) return false;
  const [before, after] = [one, other].map(({ booked, venue }) => new ExactDecimal(venue).minus(booked)) as [ExactDecimal, ExactDecimal];
  return before.minus(after).abs().lte(one.tolerance);
}
