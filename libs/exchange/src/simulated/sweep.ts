import type { Level } from './made-book.js';

/** What an order may take, in ticks and steps. */
export interface SweepTerms {
  readonly isBuy: boolean;
  /** No level beyond it. */
  readonly worstPrice: number;
  /** Infinity: only the budget counts. */
  readonly quantity: number;
  /** In ticks × steps; null: only the quantity counts. */
  readonly budget: bigint | null;
}

export interface Sweep {
  readonly taken: readonly Level[];
  /** True: levels ended, by depth or by the worst price, before quantity or budget did. */
  readonly isShortOfDepth: boolean;
}

/** Takes from levels, best first. */
export function sweep(levels: readonly Level[], terms: SweepTerms): Sweep {
  const taken: Level[] = [];
  let { quantity: left, budget } = terms;
  for (const level of levels) {
    if (terms.isBuy ? level.price > terms.worstPrice : level.price < terms.worstPrice) break;
    const wanted = budget === null ? left : Math.min(left, Number(budget / BigInt(level.price)));
    const quantity = Math.min(level.quantity, wanted);
    if (quantity > 0) taken.push({ price: level.price, quantity });
    left -= quantity;
    if (budget !== null) budget -= BigInt(quantity) * BigInt(level.price);
    if (quantity === wanted) return { taken, isShortOfDepth: false };
  }
  return { taken, isShortOfDepth: true };
}
