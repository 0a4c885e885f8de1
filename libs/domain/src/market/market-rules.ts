/** Decimal text as exchanges write it: digits with a dot or none, never an exponent. Kept as text, because it is exact. */
export type DecimalText = string;

/** Which sides of a market take orders now. */
export type TradableSides = 'both' | 'buy-only' | 'sell-only' | 'none';

export type MarketStatus = 'online' | 'paused' | 'offline';

/** What a venue asks of orders in one market, and whether it takes any. Quantities in base units, notionals in quote units. */
export interface MarketRules {
  /** The venue's own id, such as HANAUSDT: the identity of a market, since names are given anew. */
  readonly marketId: string;
  /** The venue's own asset names, not another source's renaming of them. */
  readonly base: string;
  readonly quote: string;
  readonly status: MarketStatus;
  /** False: orders over the API are refused, whatever a person may do on the venue's pages. */
  readonly isApiTradingAllowed: boolean;
  readonly sides: TradableSides;
  readonly orderTypes: readonly string[];
  /** Quantities are whole multiples of it. */
  readonly quantityStep: DecimalText;
  /** Prices are whole multiples of it. */
  readonly priceTick: DecimalText;
  /** '0': none. May be coarser than the step. */
  readonly minQuantity: DecimalText;
  readonly minNotional: DecimalText;
  readonly maxNotional: DecimalText | null;
  /** The same two for market orders, where the venue tells them apart. */
  readonly minMarketNotional: DecimalText;
  readonly maxMarketNotional: DecimalText | null;
  /** Fractions of the notional. */
  readonly makerFee: DecimalText;
  readonly takerFee: DecimalText;
}

export type UntradableReason = 'not-online' | 'api-trading-off' | 'not-on-api-list' | 'one-sided' | 'no-market-orders';

export type Tradability =
  | { readonly kind: 'tradable' }
  | { readonly kind: 'untradable'; readonly reason: UntradableReason; readonly detail: string };

/**
 * Whether a market can be rebalanced over the API: both sides open and market orders taken. `apiMarketIds` is the venue's
 * own list of markets open to the API (for an account or for everybody); null where it gave none, an empty one is no list.
 */
export function tradabilityOf(rules: MarketRules, apiMarketIds: ReadonlySet<string> | null): Tradability {
  const { marketId, status, sides } = rules;
  if (status !== 'online') return untradable('not-online', `${marketId} is ${status}`);
  if (!rules.isApiTradingAllowed) return untradable('api-trading-off', `${marketId} takes no orders over the API`);
  if (apiMarketIds !== null && apiMarketIds.size > 0 && !apiMarketIds.has(marketId)) {
    return untradable('not-on-api-list', `${marketId} is not on the venue's list of markets open to the API`);
  }
  if (sides !== 'both') return untradable('one-sided', `${marketId} is ${sides === 'none' ? 'closed' : sides}`);
  if (!rules.orderTypes.includes('MARKET')) return untradable('no-market-orders', `${marketId} takes no market orders`);
  return { kind: 'tradable' };
}

function untradable(reason: UntradableReason, detail: string): Tradability {
  return { kind: 'untradable', reason, detail };
}
