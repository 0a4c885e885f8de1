import { Decimal } from 'decimal.js';
import type { SimulatedFill, SimulatedVenue } from '#exchange';

/** No balance of a venue has more digits; the library rounds to twenty unless told. */
const ExactDecimal = Decimal.clone({ precision: 80 });
const FOREVER_MS = Number.MAX_SAFE_INTEGER;

/** What an account had before its fills after `untilMs`: of what came and went otherwise nothing is taken back. */
export function balancesBefore(venue: SimulatedVenue, accountId: string, untilMs: number): ReturnType<SimulatedVenue['balances']> {
  const undone = new Map<string, InstanceType<typeof ExactDecimal>>();
  for (const { rules: { marketId, base, quote } } of venue.markets()) {
    for (const fill of venue.fills(accountId, marketId, untilMs + 1, FOREVER_MS, Number.POSITIVE_INFINITY)) {
      for (const [asset, change] of changesOf(fill, base, quote)) undone.set(asset, (undone.get(asset) ?? new ExactDecimal(0)).minus(change));
    }
  }
  const now = new Map(venue.balances(accountId).map((balance) => [balance.asset, balance]));
  return [...new Set([...now.keys(), ...undone.keys()])].toSorted().map((asset) => {
    const { free = '0', locked = '0' } = now.get(asset) ?? {};
    return { asset, free: ExactDecimal.max(0, undone.get(asset)?.plus(free) ?? free).toFixed(), locked };
  });
}

function changesOf({ side, quantity, quoteQuantity, commission, commissionAsset }: SimulatedFill, base: string, quote: string): readonly (readonly [asset: string, change: string])[] {
  const [got, gave] = side === 'BUY' ? [[base, quantity], [quote, quoteQuantity]] as const : [[quote, quoteQuantity], [base, quantity]] as const;
  return [got, [gave[0], `-${gave[1]}`], [commissionAsset, new ExactDecimal(commission).negated().toFixed()]];
}
