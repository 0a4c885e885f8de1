import type { DecimalText, PortfolioConfiguration, PortfolioState, TradingMode } from '#domain';
import type { VenueName } from '../ports/market-data.port.js';
import type { ConfigurationVersion, EquityPoint, Holding, Portfolio } from './portfolio.js';

export interface NewPortfolio {
  readonly id: string;
  readonly name: string;
  readonly mode: TradingMode;
  readonly venue: VenueName;
  /** Of paper: created with the portfolio, for it alone. */
  readonly accountId: string;
  readonly shard: number;
  readonly configuration: PortfolioConfiguration;
  readonly configSha256: string;
  /** Taken from the account's unassigned quote currency; of paper: play money that comes into being. */
  readonly capital: DecimalText;
  readonly createdMs: number;
  readonly createdBy: string;
}

export type CreateOutcome =
  | { readonly kind: 'created'; readonly portfolio: Portfolio }
  | { readonly kind: 'name-taken' }
  | { readonly kind: 'no-account' }
  /** What the account has unassigned is less than the capital asked for. */
  | { readonly kind: 'insufficient-balance'; readonly unassigned: DecimalText };

export type ChangeOutcome =
  | { readonly kind: 'changed'; readonly portfolio: Portfolio }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'version-mismatch'; readonly portfolio: Portfolio }
  | { readonly kind: 'plan-open'; readonly planId: string }
  /** Not a move of `PORTFOLIO_TRANSITIONS`. */
  | { readonly kind: 'illegal'; readonly from: PortfolioState; readonly to: PortfolioState };

export type FundsOutcome =
  | { readonly kind: 'moved'; readonly portfolio: Portfolio }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'plan-open'; readonly planId: string }
  | { readonly kind: 'insufficient-balance'; readonly available: DecimalText };

export interface PortfolioFilter {
  readonly mode?: TradingMode;
  readonly state?: PortfolioState;
  readonly afterId?: string;
  readonly limit: number;
}

/** Every method is one transaction. @throws StoreFailure */
export interface PortfolioStore {
  /** With its first configuration, its capital in the ledger, its markets among the watched prices. Asked for again with the same id: what it made then. */
  create(portfolio: NewPortfolio): Promise<CreateOutcome>;
  /** By id or by the name of one that is not deleted. */
  find(idOrName: string): Promise<Portfolio | null>;
  /** Without deleted ones unless asked for by state; by id. */
  list(filter: PortfolioFilter): Promise<Portfolio[]>;
  configurations(portfolioId: string): Promise<ConfigurationVersion[]>;
  /** A new version; watched prices follow it, and a look is asked for. Refused with `plan-open` where the basket changes while a plan is open. */
  changeConfiguration(id: string, expectedVersion: number, configuration: PortfolioConfiguration, sha256: string, atMs: number, by: string): Promise<ChangeOutcome>;
  /**
   * A running one asks for a look at once. `stopped` and `deleted` watch no prices; `deleted` is refused while a plan is open,
   * and gives what it holds back to the account. To the state that it is in already: nothing changes.
   */
  changeState(id: string, expectedVersion: number, state: PortfolioState, reason: string | null, atMs: number, by: string): Promise<ChangeOutcome>;
  /**
   * Quote currency in (above zero) or out of the portfolio (below): from or to the account's unassigned money, of paper from outside.
   * Refused while a plan is open. Said again with the same `moveId`, it moves nothing and says `moved`.
   */
  moveFunds(id: string, quantity: DecimalText, atMs: number, by: string, moveId: string): Promise<FundsOutcome>;
  /** By asset. */
  holdings(portfolioId: string): Promise<Holding[]>;
  /** Ascending, both ends included; evenly thinned to `limit` where there are more, with what a point sums up of those left out before it. */
  equity(portfolioId: string, fromMs: number, toMs: number, limit: number): Promise<EquityPoint[]>;
  /** Of its shard, as soon as the evaluator can. */
  requestLook(portfolioId: string, atMs: number): Promise<boolean>;
}
