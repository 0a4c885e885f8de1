import type { PortfolioSnapshot } from './portfolio-snapshot.js';

/** Holdings valued at the snapshot's prices, in the quote currency. */
export interface Valuation {
  readonly values: readonly number[];
  /** The assets' values and the cash. */
  readonly totalValue: number;
  /** The assets' values without the cash, divided by their number. */
  readonly meanValue: number;
}

/** One line of the picture a user sees of a portfolio: the numbers that decide, asset by asset. */
export interface AssetStanding {
  readonly asset: string;
  readonly value: number;
  /** Value over total value, 0 where there is no value at all. */
  readonly weight: number;
  /** Distance from the mean asset value as a fraction of it; null where the mean is zero. */
  readonly deviation: number | null;
}

export function valueHoldings(snapshot: PortfolioSnapshot): Valuation {
  const count = snapshot.assets.length;
  const values: number[] = [];
  let sum = 0;
  for (let asset = 0; asset < count; asset++) {
    const value = snapshot.quantities[asset]! * snapshot.prices[asset]!;
    values.push(value);
    sum += value;
  }
  return { values, totalValue: sum + snapshot.cash, meanValue: sum / count };
}

/** Weights and deviations of every asset, for people: the decision itself computes them where it needs them. */
export function describeStandings(snapshot: PortfolioSnapshot): readonly AssetStanding[] {
  const { values, totalValue, meanValue } = valueHoldings(snapshot);
  return snapshot.assets.map((asset, index) => {
    const value = values[index]!;
    return {
      asset,
      value,
      weight: totalValue > 0 ? value / totalValue : 0,
      deviation: meanValue > 0 ? (value - meanValue) / meanValue : null,
    };
  });
}
