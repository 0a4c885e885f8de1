import { BOOKED_DECIMALS, ExactDecimal } from '../market/exact-decimal.js';
import type { DecimalText } from '../market/market-rules.js';
import type { OrderSide } from '../order/order-terms.js';

/**
 * Who holds what. `portfolio` and `unassigned` (the account's money that belongs to no portfolio) add up to what the venue
 * holds for the account; `market`, `fees` and `external` are where it came from or went to.
 */
export type Holder = { readonly kind: 'portfolio'; readonly portfolioId: string } | { readonly kind: 'unassigned' | 'market' | 'fees' | 'external' };

/** One side of a transaction: a signed quantity of one asset. Those of a transaction sum to zero for each asset. */
export interface Posting {
  readonly holder: Holder;
  readonly asset: string;
  readonly quantity: DecimalText;
}

export type LedgerKind =
  | 'fill' | 'external-fill'
  /** Between the account's unassigned money and a portfolio. */
  | 'allocation' | 'release'
  /** Seen at the venue, ordered by nobody here. */
  | 'external-deposit' | 'external-withdrawal'
  /** Play money of paper. */
  | 'paper-deposit' | 'paper-withdrawal';

/** What a fill did. The fee is above zero where it was charged, below where the venue paid one; its asset may be any. */
export interface FilledAmounts {
  readonly side: OrderSide;
  readonly quantity: DecimalText;
  readonly notional: DecimalText;
  readonly fee: DecimalText;
  readonly feeAsset: string;
}

/** Base against quote with the market, and the fee. Postings of one holder in one asset are one; those of zero are left out. */
export function postingsOfFill(
  fill: FilledAmounts, market: { readonly base: string; readonly quote: string }, holder: Holder,
): readonly Posting[] {
  const bought = new ExactDecimal(fill.quantity).times(fill.side === 'buy' ? 1 : -1);
  const received = new ExactDecimal(fill.notional).times(fill.side === 'buy' ? -1 : 1);
  const fee = new ExactDecimal(fill.fee);
  return merged([
    ...between(MARKET, holder, market.base, bought),
    ...between(MARKET, holder, market.quote, received),
    ...between(holder, FEES, fill.feeAsset, fee),
  ]);
}

/** @throws RangeError for a quantity below zero: the direction is said by `from` and `to` alone */
export function postingsOfTransfer(from: Holder, to: Holder, asset: string, quantity: DecimalText): readonly Posting[] {
  const moved = new ExactDecimal(quantity);
  if (!moved.gte(0)) throw new RangeError(`a transfer must be of zero or more, got ${quantity}`);
  return merged(between(from, to, asset, moved));
}

/**
 * Who bears it that the account has less than its books say: its unassigned money first, then the portfolios in proportion
 * to what they have. What nobody has is charged to unassigned, which then stands below zero. The sum is exact.
 * @throws RangeError for a shortfall below zero
 */
export function chargeShortfall(
  unassigned: DecimalText,
  portfolios: readonly { readonly portfolioId: string; readonly quantity: DecimalText }[],
  shortfall: DecimalText,
): readonly { readonly holder: Holder; readonly quantity: DecimalText }[] {
  const missing = new ExactDecimal(shortfall);
  if (!missing.gte(0)) throw new RangeError(`a shortfall must be zero or more, got ${shortfall}`);
  const fromUnassigned = ExactDecimal.min(ExactDecimal.max(unassigned, 0), missing);
  const held = portfolios.map(({ quantity }) => ExactDecimal.max(quantity, 0));
  const charges = proRata(held, missing.minus(fromUnassigned));
  const uncovered = charges.reduce((rest, charge) => rest.minus(charge), missing.minus(fromUnassigned));
  return [
    { holder: UNASSIGNED, quantity: fromUnassigned.plus(uncovered).toFixed() },
    ...portfolios.map(({ portfolioId }, index) => ({ holder: portfolioHolder(portfolioId), quantity: charges[index]!.toFixed() })),
  ].filter(({ quantity }) => quantity !== '0');
}

/** All of them as the postings of one transaction. */
export function mergePostings(postings: readonly Posting[]): readonly Posting[] {
  return merged(postings.map(({ holder, asset, quantity }) => ({ holder, asset, quantity: new ExactDecimal(quantity) })));
}

const MARKET: Holder = { kind: 'market' };
const FEES: Holder = { kind: 'fees' };
const UNASSIGNED: Holder = { kind: 'unassigned' };

const portfolioHolder = (portfolioId: string): Holder => ({ kind: 'portfolio', portfolioId });

interface Move {
  readonly holder: Holder;
  readonly asset: string;
  readonly quantity: ExactDecimal;
}

function between(from: Holder, to: Holder, asset: string, quantity: ExactDecimal): readonly Move[] {
  return [{ holder: to, asset, quantity }, { holder: from, asset, quantity: quantity.negated() }];
}

function merged(moves: readonly Move[]): readonly Posting[] {
  const sums = new Map<string, Move>();
  for (const move of moves) {
    const key = JSON.stringify([move.holder.kind, move.holder.kind === 'portfolio' ? move.holder.portfolioId : '', move.asset]);
    const sum = sums.get(key);
    sums.set(key, sum === undefined ? move : { ...sum, quantity: sum.quantity.plus(move.quantity) });
  }
  return [...sums.values()]
    .filter(({ quantity }) => !quantity.isZero())
    .map(({ holder, asset, quantity }) => ({ holder, asset, quantity: quantity.toFixed() }));
}

/** Shares of `missing`, none above what is held; all that is held where that is not enough. */
function proRata(held: readonly ExactDecimal[], missing: ExactDecimal): readonly ExactDecimal[] {
  const total = held.reduce((sum, quantity) => sum.plus(quantity), new ExactDecimal(0));
  if (total.lte(missing)) return held;
  const shares = held.map((quantity) => quantity.times(missing).div(total).toDecimalPlaces(BOOKED_DECIMALS));
  let left = shares.reduce((rest, share) => rest.minus(share), missing);
  // Cutting off leaves a few of the smallest units over: they go to the first that have them.
  return shares.map((share, index) => {
    const more = ExactDecimal.min(left, held[index]!.minus(share));
    left = left.minus(more);
    return share.plus(more);
  });
}
