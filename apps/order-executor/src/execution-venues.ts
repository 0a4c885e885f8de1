import type { AccountStore, Clock, ExecutionVenue, ExecutionVenues, IdSource, KnownMarket, LatestPrices, MarketStore, PaperVenueStore, PortfolioStore, SigningClock, VenueName } from '#application';
import type { MarketRules } from '#domain';
import { paperExecutionVenue, type PaperCosts } from '#exchange';

/** Of paper there may be many; forgetting one costs a row to be read again. */
const MOST_KNOWN = 5_000;
/** As old as rules may be that a paper order meets: the ingestor reads the venue's every ten minutes. */
const RULES_AGE_MS = 15_000;

export interface VenuesParts {
  readonly venue: VenueName;
  /** Null: this process holds no key. */
  readonly live: ExecutionVenue | null;
  readonly signingClock: SigningClock;
  readonly accounts: Pick<AccountStore, 'find'>;
  readonly portfolios: Pick<PortfolioStore, 'find'>;
  readonly markets: Pick<MarketStore, 'list'>;
  readonly paper: PaperVenueStore;
  readonly prices: Pick<LatestPrices, 'read'>;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** The accounts that this process can trade: the live one whose key it holds, and every paper account at its venue's prices. */
export class KnownVenues implements ExecutionVenues {
  private readonly known = new Map<string, ExecutionVenue>();
  private rules: { readonly byId: ReadonlyMap<string, MarketRules>; readonly atMs: number } | null = null;

  constructor(private readonly parts: VenuesParts) {}

  async of(accountId: string): Promise<ExecutionVenue | null> {
    const { live } = this.parts;
    if (accountId === live?.accountId) return live;
    return this.known.get(accountId) ?? this.openPaper(accountId);
  }

  private async openPaper(accountId: string): Promise<ExecutionVenue | null> {
    const { accounts, venue, paper, prices, clock, ids } = this.parts;
    const account = await accounts.find(accountId);
    if (account === null || account.mode !== 'paper' || account.venue !== venue) return null;
    const opened = paperExecutionVenue({
      accountId, venue, store: paper, prices, clock, ids,
      rulesOf: (marketId) => this.rulesOf(marketId), costsOf: (id) => this.costsOf(id), clockOffsetMs: () => this.offsetMs(),
    });
    if (this.known.size >= MOST_KNOWN) this.known.clear();
    this.known.set(accountId, opened);
    return opened;
  }

  private offsetMs(): number | null {
    const nowMs = this.parts.signingClock.nowMs();
    return nowMs === null ? null : nowMs - this.parts.clock.nowMs();
  }

  /** Of the portfolio as it is now: a paper account is named after the only one that it has. */
  private async costsOf(accountId: string): Promise<PaperCosts> {
    const portfolio = await this.parts.portfolios.find(accountId.replace(/^paper-/u, ''));
    if (portfolio === null) throw new Error(`the paper account ${accountId} has no portfolio`);
    const { slippage, tradingFee } = portfolio.configuration.parameters;
    return { slippage, tradingFee };
  }

  private async rulesOf(marketId: string): Promise<MarketRules | null> {
    const { markets, venue, clock } = this.parts;
    if (this.rules === null || clock.nowMs() - this.rules.atMs > RULES_AGE_MS) {
      const listed = (await markets.list(venue)).filter((market: KnownMarket) => market.isListed);
      this.rules = { byId: new Map(listed.map(({ rules }) => [rules.marketId, rules])), atMs: clock.nowMs() };
    }
    return this.rules.byId.get(marketId) ?? null;
  }
}
