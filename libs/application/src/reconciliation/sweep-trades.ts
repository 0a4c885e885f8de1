import { holdersAfter, isOurClientOrderId, postingsOfExternalFill, type AssetHolders, type PortfolioCharge } from '#domain';
import type { AccountStore, TradingAccount } from '../accounts/account-store.port.js';
import { attributeFills, type BookFills } from '../execution/book-fills.js';
import type { ExecutionStore, FillBooking } from '../execution/execution-store.port.js';
import type { ExecutionVenue } from '../execution/execution-venue.port.js';
import type { Failpoint } from '../failpoints/failpoint.js';
import type { Clock } from '../ports/clock.port.js';
import type { EventLog } from '../ports/event-log.port.js';
import type { VenueFill } from '../ports/trading.port.js';
import type { AdoptOrders } from './adopt-orders.js';
import type { PausePortfolios } from './pause-portfolios.js';

export type SweptMarket = Awaited<ReturnType<ExecutionStore['sweptMarkets']>>[number];
export type KnownAttempt = Awaited<ReturnType<ExecutionStore['attemptsOf']>>[number];

/** A venue may tell of a fill some minutes after it. */
const OVERLAP_MS = 300_000;
/** Where the books differ, a fill may have been told of later than that: an order that was given up may come to light a day after. */
const LOOK_BACK_MS = 86_400_000;
/** MEXC tells fills of the last month; what is older can no longer be asked for. */
const LONGEST_GAP_MS = 28 * 86_400_000;
const AT_ONCE = 4;

export interface SweepTradesParts {
  readonly store: Pick<ExecutionStore, 'sweptMarkets' | 'knownTrades' | 'attemptsOf'>;
  readonly accounts: Pick<AccountStore, 'find' | 'bookedBalances' | 'halt'>;
  readonly books: BookFills;
  readonly adopt: AdoptOrders;
  readonly pause: PausePortfolios;
  readonly clock: Clock;
  readonly failpoint: Failpoint;
  readonly log: EventLog;
}

/** Fetches an account's fills market by market and books those that the books lack: ours by their orders, the others as external. */
export class SweepTrades {
  constructor(private readonly parts: SweepTradesParts) {}

  /** How many fills were new. `wanted` left out: every market. @throws VenueFailure, StoreFailure */
  run(venue: ExecutionVenue, wanted: (market: SweptMarket) => boolean = () => true): Promise<number> {
    return this.runFrom(venue, wanted, OVERLAP_MS);
  }

  /** The same from further back, for what differs before it is taken for a flow from outside. @throws VenueFailure, StoreFailure */
  lookBack(venue: ExecutionVenue, wanted: (market: SweptMarket) => boolean): Promise<number> {
    return this.runFrom(venue, wanted, LOOK_BACK_MS);
  }

  private async runFrom(venue: ExecutionVenue, wanted: (market: SweptMarket) => boolean, overlapMs: number): Promise<number> {
    const { store, accounts } = this.parts;
    const account = await accounts.find(venue.accountId);
    if (account === null) throw new Error(`the account ${venue.accountId} is not registered`);
    const markets = (await store.sweptMarkets(venue.accountId)).filter(wanted);
    let booked = 0;
    for (let next = 0; next < markets.length; next += AT_ONCE) {
      const counts = await Promise.all(markets.slice(next, next + AT_ONCE).map((market) => this.sweep(venue, account, market, overlapMs)));
      booked += counts.reduce((sum, count) => sum + count, 0);
    }
    return booked;
  }

  private async sweep(venue: ExecutionVenue, account: TradingAccount, market: SweptMarket, overlapMs: number): Promise<number> {
    const { books, failpoint } = this.parts;
    const nowMs = this.venueNowMs(venue);
    const sweptFromMs = await this.sinceMs(account, market, nowMs, overlapMs);
    const fills = await venue.trading.fillsSince(market.marketId, sweptFromMs);
    await failpoint('sweep.after_page');
    const bookings = await this.bookingsOf(venue, market, fills);
    await failpoint('sweep.before_watermark');
    const { booked } = await books.book({ accountId: account.id, marketId: market.marketId, fills: bookings, watermarkMs: nowMs, sweptFromMs });
    return booked;
  }

  /**
   * Of a market that was never swept: since the books were last equal to the venue, by the venue's clock, since what was
   * traded there before is in them by its effect on the balances. Nothing before that is ever asked for later.
   */
  private async sinceMs(account: TradingAccount, { marketId, watermarkMs, beginMs }: SweptMarket, nowMs: number, overlapMs: number): Promise<number> {
    const equalMs = account.reconciledMs ?? account.createdMs;
    // Where our clock was set since, its distance from the venue's is another one: rather late than early, since what is
    // asked for too early is booked twice, and what is missed shows in the balances.
    const firstMs = Math.min(nowMs, Math.max(equalMs, Math.floor(equalMs + nowMs - this.parts.clock.nowMs())));
    const sinceMs = watermarkMs === null ? firstMs : Math.max(watermarkMs - overlapMs, beginMs ?? 0);
    const oldestMs = nowMs - LONGEST_GAP_MS;
    if (account.mode === 'paper' || sinceMs >= oldestMs) return sinceMs;
    if (watermarkMs !== null) {
      await this.halt(account.id, `fills of ${marketId} between ${isoOf(watermarkMs)} and ${isoOf(oldestMs)} can no longer be asked for: compare the trades of that time by hand`);
    }
    return oldestMs;
  }

  private venueNowMs(venue: ExecutionVenue): number {
    return Math.floor(venue.exchangeNowMs() ?? this.parts.clock.nowMs());
  }

  private async bookingsOf(venue: ExecutionVenue, market: SweptMarket, fills: readonly VenueFill[]): Promise<FillBooking[]> {
    const { store, adopt } = this.parts;
    if (fills.length === 0) return [];
    const known = await store.knownTrades(venue.accountId, market.marketId, fills.map(({ venueTradeId }) => venueTradeId));
    const fresh = fills.filter(({ venueTradeId }) => !known.has(venueTradeId));
    if (fresh.length === 0) return [];
    const byId = await store.attemptsOf(venue.accountId, {
      clientOrderIds: [...new Set(fresh.flatMap(({ clientOrderId }) => clientOrderId ?? []))],
      venueOrderIds: [...new Set(fresh.map(({ venueOrderId }) => venueOrderId))],
    });
    const { owners, inDoubt } = await adopt.findOwners(venue, market.marketId, fresh, byId);
    const attempts = [...byId, ...owners];
    await adopt.noteFound(venue, fresh, attempts);
    return this.attributed(venue, market, fresh.filter((fill) => !inDoubt.includes(fill)), attempts);
  }

  private async attributed(venue: ExecutionVenue, market: SweptMarket, fills: readonly VenueFill[], owners: readonly KnownAttempt[]): Promise<FillBooking[]> {
    const bookings = attributeFills(fills, owners, { base: market.base, quote: market.quote });
    const external = bookings.filter(({ clientOrderId }) => clientOrderId === null).map(({ fill }) => fill);
    if (external.length === 0) return [...bookings];
    await this.tellOfExternal(venue, market, external);
    const charged = chargeExternal(bookings, market, await this.parts.accounts.bookedBalances(venue.accountId));
    // Before they are booked: a portfolio that lost something must not be traded as if nothing had been.
    await this.parts.pause.pause(charged.charges, `a trade in ${market.marketId} that was not ordered here used what the portfolio holds`);
    return charged.bookings;
  }

  private async tellOfExternal({ accountId }: ExecutionVenue, { marketId }: SweptMarket, fills: readonly VenueFill[]): Promise<void> {
    this.parts.log.warn({ event: 'external-fills', accountId, marketId, fills: fills.length, firstMs: fills[0]?.filledMs }, 'Books trades that nobody here ordered');
    const claimed = fills.find(({ clientOrderId }) => clientOrderId !== null && isOurClientOrderId(clientOrderId));
    if (claimed === undefined) return;
    await this.halt(accountId, `the order ${claimed.clientOrderId} in ${marketId} has an id as ours have, but is not in the database: it was restored from a backup, or a second instance trades with this key`);
  }

  private async halt(accountId: string, reason: string): Promise<void> {
    const { accounts, clock, log } = this.parts;
    log.error({ event: 'account-halted', accountId, reason }, 'Halts the account until a person says so');
    await accounts.halt(accountId, reason, clock.nowMs());
  }
}

/** Those that nobody here ordered are charged to whoever has what they gave away, one after the other. */
function chargeExternal(bookings: readonly FillBooking[], market: SweptMarket, balances: readonly AssetHolders[]) {
  let held = balances;
  const charges: PortfolioCharge[] = [];
  const charged = bookings.map((booking) => {
    const external = booking.clientOrderId === null ? postingsOfExternalFill(booking.fill, market, held) : { postings: booking.postings, charges: [] };
    held = holdersAfter(held, external.postings);
    charges.push(...external.charges);
    return { ...booking, postings: external.postings };
  });
  return { bookings: charged, charges };
}

const isoOf = (ms: number): string => new Date(ms).toISOString();
