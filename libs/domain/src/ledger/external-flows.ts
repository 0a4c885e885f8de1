import { BOOKED_DECIMALS, ExactDecimal } from '../market/exact-decimal.js';
import type { DecimalText } from '../market/market-rules.js';
import type { BalanceComparison } from './balance-differences.js';
import { chargeShortfall, mergePostings, postingsOfFill, postingsOfTransfer, type FilledAmounts, type Holder, type Posting } from './postings.js';

/** Who has what of one asset of an account. */
export interface AssetHolders {
  readonly asset: string;
  readonly unassigned: DecimalText;
  readonly portfolios: readonly { readonly portfolioId: string; readonly quantity: DecimalText }[];
}

export interface PortfolioCharge {
  readonly portfolioId: string;
  readonly asset: string;
  readonly quantity: DecimalText;
}

/** What a difference becomes in the books, and which portfolios have less for it. */
export interface ExternalFlow {
  readonly kind: 'external-deposit' | 'external-withdrawal';
  readonly postings: readonly Posting[];
  readonly charges: readonly PortfolioCharge[];
}

const EXTERNAL: Holder = { kind: 'external' };
const UNASSIGNED: Holder = { kind: 'unassigned' };

/** More at the venue than in the books is unassigned money; less is taken from there first, and then from the portfolios. */
export function externalFlowOf({ asset, booked, venue }: BalanceComparison, holders: AssetHolders): ExternalFlow {
  const more = new ExactDecimal(venue).minus(booked);
  if (more.gte(0)) return { kind: 'external-deposit', postings: postingsOfTransfer(EXTERNAL, UNASSIGNED, asset, more.toFixed()), charges: [] };
  const charged = chargeShortfall(holders.unassigned, holders.portfolios, more.negated().toFixed());
  const postings = mergePostings(charged.flatMap(({ holder, quantity }) => postingsOfTransfer(holder, EXTERNAL, asset, quantity)));
  return { kind: 'external-withdrawal', postings, charges: chargesOf(charged, asset) };
}

/**
 * A trade that nobody here ordered. What it gave away is taken as a withdrawal would be; whoever gave it gets, in the same
 * proportion, what came in for it, so that nobody's value is moved to anybody else.
 */
export function postingsOfExternalFill(
  fill: FilledAmounts, market: { readonly base: string; readonly quote: string }, held: readonly AssetHolders[],
): { readonly postings: readonly Posting[]; readonly charges: readonly PortfolioCharge[] } {
  const asset = fill.side === 'sell' ? market.base : market.quote;
  const given = givenBy(fill, asset);
  const { unassigned, portfolios } = held.find((holders) => holders.asset === asset) ?? { unassigned: '0', portfolios: [] };
  const charged = given.gt(0) ? chargeShortfall(unassigned, portfolios, given.toFixed()) : [{ holder: UNASSIGNED, quantity: '0' }];
  const parts = sharesOf(fill, charged.map(({ quantity }) => quantity), given);
  const postings = mergePostings(charged.flatMap(({ holder }, index) => postingsOfFill(parts[index]!, market, holder)));
  return { postings, charges: chargesOf(charged, asset) };
}

/** What is held after these postings: several trades of one page draw on the same money. */
export function holdersAfter(held: readonly AssetHolders[], postings: readonly Posting[]): readonly AssetHolders[] {
  const byAsset = new Map(held.map((holders) => [holders.asset, holders]));
  for (const posting of postings) {
    const holders = byAsset.get(posting.asset) ?? { asset: posting.asset, unassigned: '0', portfolios: [] };
    byAsset.set(posting.asset, withPosting(holders, posting));
  }
  return [...byAsset.values()];
}

function withPosting(holders: AssetHolders, { holder, quantity }: Posting): AssetHolders {
  if (holder.kind === 'unassigned') return { ...holders, unassigned: new ExactDecimal(holders.unassigned).plus(quantity).toFixed() };
  if (holder.kind !== 'portfolio') return holders;
  const others = holders.portfolios.filter(({ portfolioId }) => portfolioId !== holder.portfolioId);
  const before = holders.portfolios.find(({ portfolioId }) => portfolioId === holder.portfolioId)?.quantity ?? 0;
  return { ...holders, portfolios: [...others, { portfolioId: holder.portfolioId, quantity: new ExactDecimal(before).plus(quantity).toFixed() }] };
}

function givenBy({ side, quantity, notional, fee, feeAsset }: FilledAmounts, asset: string): ExactDecimal {
  const traded = new ExactDecimal(side === 'sell' ? quantity : notional);
  return feeAsset === asset ? traded.plus(fee) : traded;
}

/** The fill in parts of these sizes; the first takes what cutting off leaves over, so that they sum to it exactly. */
function sharesOf(fill: FilledAmounts, sizes: readonly DecimalText[], total: ExactDecimal): readonly FilledAmounts[] {
  const split = (whole: DecimalText): readonly DecimalText[] => {
    const rest = sizes.slice(1).map((size) => new ExactDecimal(whole).times(size).div(total).toDecimalPlaces(BOOKED_DECIMALS));
    return [rest.reduce((left, part) => left.minus(part), new ExactDecimal(whole)), ...rest].map((part) => part.toFixed());
  };
  const [quantities, notionals, fees] = [split(fill.quantity), split(fill.notional), split(fill.fee)];
  return sizes.map((_, index) => ({ ...fill, quantity: quantities[index]!, notional: notionals[index]!, fee: fees[index]! }));
}

function chargesOf(charged: readonly { readonly holder: Holder; readonly quantity: DecimalText }[], asset: string): readonly PortfolioCharge[] {
  return charged.flatMap(({ holder, quantity }) => (holder.kind === 'portfolio' ? [{ portfolioId: holder.portfolioId, asset, quantity }] : []));
}
