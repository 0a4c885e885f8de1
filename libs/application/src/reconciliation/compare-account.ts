import { compareBalances, isDifferent, isOurClientOrderId, type BalanceComparison, type DecimalText } from '#domain';
import type { AccountStore } from '../accounts/account-store.port.js';
import type { ExecutionStore } from '../execution/execution-store.port.js';
import type { ExecutionVenue } from '../execution/execution-venue.port.js';
import type { MarketStore } from '../markets/market-store.port.js';
import type { VenueOrder } from '../ports/trading.port.js';

export type BookedBalance = Awaited<ReturnType<AccountStore['bookedBalances']>>[number];
type OpenAttempt = Awaited<ReturnType<ExecutionStore['openAttempts']>>[number];

export type Comparison =
  /** An order of ours is on its way, or was booked meanwhile: what was read does not belong together. */
  | { readonly kind: 'busy'; readonly reason: string; readonly intentIds: readonly string[] }
  | {
      readonly kind: 'compared';
      readonly booked: readonly BookedBalance[];
      readonly assetCount: number;
      readonly differences: readonly BalanceComparison[];
      /** Orders that rest at the venue and are none of ours. */
      readonly foreignOrders: number;
    };

/** Attempts that may be, or come to be, an order; one that a person has to look at is not waited for. */
const UNDER_WAY: ReadonlySet<string> = new Set(['prepared', 'unknown', 'acked']);

export interface CompareAccountParts {
  readonly store: Pick<ExecutionStore, 'openAttempts' | 'sweptMarkets' | 'attemptsOf'>;
  readonly accounts: Pick<AccountStore, 'bookedBalances'>;
  readonly markets: Pick<MarketStore, 'marketsOf'>;
}

/** Reads what the books say and what the venue does of one moment, as far as there can be one. */
export class CompareAccount {
  constructor(private readonly parts: CompareAccountParts) {}

  /** @throws VenueFailure, StoreFailure */
  async compare(venue: ExecutionVenue): Promise<Comparison> {
    const { accounts } = this.parts;
    const before = await this.underWay(venue.accountId);
    if (before.length > 0) return busyWith(before);
    const bookedBefore = await accounts.bookedBalances(venue.accountId);
    const balances = await venue.trading.balances();
    const open = await venue.trading.openOrders();
    const after = await this.underWay(venue.accountId);
    const booked = await accounts.bookedBalances(venue.accountId);
    if (after.length > 0) return busyWith(after);
    if (!areSame(bookedBefore, booked)) return { kind: 'busy', reason: 'something was booked while balances were read', intentIds: [] };
    const comparisons = compareBalances(booked, balances, await this.stepsOf(venue));
    return { kind: 'compared', booked, assetCount: comparisons.length, differences: comparisons.filter(isDifferent), foreignOrders: await this.countForeign(venue.accountId, open) };
  }

  /** Without a look at what is under way: for an order of which nobody knows whether it is. @throws VenueFailure, StoreFailure */
  async areEqual(venue: ExecutionVenue, assets: readonly string[]): Promise<boolean> {
    const booked = await this.parts.accounts.bookedBalances(venue.accountId);
    const comparisons = compareBalances(booked, await venue.trading.balances(), await this.stepsOf(venue));
    return !comparisons.some((comparison) => assets.includes(comparison.asset) && isDifferent(comparison));
  }

  private async underWay(accountId: string): Promise<readonly OpenAttempt[]> {
    const attempts = await this.parts.store.openAttempts(accountId, Number.MAX_SAFE_INTEGER);
    return attempts.filter(({ state, intentState }) => UNDER_WAY.has(state) && intentState !== 'needs-human');
  }

  /** Those that rest under an id as ours have, and that we do not know, were told of by the sweep's halt or will be by their fills. */
  private async countForeign(accountId: string, open: readonly VenueOrder[]): Promise<number> {
    const clientOrderIds = open.flatMap(({ clientOrderId }) => (clientOrderId !== null && isOurClientOrderId(clientOrderId) ? [clientOrderId] : []));
    const known = clientOrderIds.length === 0 ? [] : await this.parts.store.attemptsOf(accountId, { clientOrderIds, venueOrderIds: [] });
    const ours = new Set(known.map(({ clientOrderId }) => clientOrderId));
    return open.filter(({ clientOrderId }) => clientOrderId === null || !ours.has(clientOrderId)).length;
  }

  private async stepsOf(venue: ExecutionVenue): Promise<ReadonlyMap<string, DecimalText>> {
    const swept = await this.parts.store.sweptMarkets(venue.accountId);
    const steps = new Map<string, DecimalText>();
    for (const quote of new Set(swept.map((market) => market.quote))) {
      const bases = swept.filter((market) => market.quote === quote).map(({ base }) => base);
      const known = await this.parts.markets.marketsOf(venue.venue, bases, quote);
      for (const market of known) if (market !== null) steps.set(market.rules.base, market.rules.quantityStep);
    }
    return steps;
  }
}

function busyWith(attempts: readonly OpenAttempt[]): Comparison {
  return { kind: 'busy', reason: `the order ${attempts[0]!.clientOrderId} is under way`, intentIds: [...new Set(attempts.map(({ intentId }) => intentId))] };
}

function areSame(one: readonly BookedBalance[], other: readonly BookedBalance[]): boolean {
  const quantities = new Map(other.map(({ asset, quantity }) => [asset, quantity]));
  return one.length === other.length && one.every(({ asset, quantity }) => quantities.get(asset) === quantity);
}
