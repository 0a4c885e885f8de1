import type { Accounts } from './accounts.js';
import { Money } from './money.js';
import type { VenueMarket } from './venue-market.js';
import type { VenueOptions, VenueSide } from './venue-types.js';

/** The asset that `feeIn: 'third'` pays with. */
export const FEE_ASSET = 'MX';

export interface Execution {
  readonly accountId: string;
  readonly side: VenueSide;
  readonly price: Money;
  readonly quantity: Money;
  readonly isMaker: boolean;
}

export interface Commission {
  readonly asset: string;
  readonly value: Money;
}

/** What an account could pay a commission with. */
export interface CommissionFunds {
  /** MX in quote; null where unknown. */
  readonly feeAssetPrice: Money | null;
  readonly freeFeeAsset: Money;
  readonly freeQuote: Money;
}

/**
 * What an execution costs in commission. Of buys in quote, in base, or in MX where the account has enough of it free; of
 * sells in quote, or in MX in the same way.
 */
export function commissionOf(execution: Execution, { rules }: Pick<VenueMarket, 'rules'>, feeIn: VenueOptions['feeIn'], funds: CommissionFunds): Commission {
  const { price, quantity, side, isMaker } = execution;
  const rate = new Money(isMaker ? rules.makerFee : rules.takerFee);
  if (feeIn === 'base' && side === 'BUY') return { asset: rules.base, value: quantity.times(rate) };
  const notional = price.times(quantity);
  const inQuote = notional.times(rate);
  // Whoever sells MX may be about to sell all of it.
  const isThird = feeIn === 'third' && !(side === 'SELL' && rules.base === FEE_ASSET);
  if (isThird && funds.feeAssetPrice !== null) {
    // To 8 decimals and up: a quotient has no end, and a venue does not round against itself.
    const value = inQuote.div(funds.feeAssetPrice).toDecimalPlaces(8, Money.ROUND_UP);
    if (funds.freeFeeAsset.gte(value)) return { asset: FEE_ASSET, value };
  }
  // A resting order has locked what its commission was when it came; a dearer one since then takes no more than there is.
  const most = side === 'BUY' ? funds.freeQuote.minus(notional) : inQuote;
  return { asset: rules.quote, value: Money.min(inQuote, most) };
}

/** Moves base, quote and commission. What a resting order had locked must be free again before. */
export function settle(accounts: Accounts, execution: Execution, market: Pick<VenueMarket, 'rules'>, commission: Commission): void {
  const { accountId, side, price, quantity } = execution;
  const { base, quote } = market.rules;
  const notional = price.times(quantity);
  // What comes in first, so that a commission can be taken from it.
  if (side === 'BUY') accounts.change(accountId, base, quantity);
  else accounts.change(accountId, quote, notional);
  accounts.change(accountId, commission.asset, commission.value.negated());
  if (side === 'BUY') accounts.change(accountId, quote, notional.negated());
  else accounts.change(accountId, base, quantity.negated());
}
