import { ulid } from 'ulid';
import type { AccountStore, EquityPoint, LedgerTransaction, NewPortfolio, Portfolio, PortfolioStore } from '#application';
import { DEFAULT_CAPS, DEFAULT_EXECUTION, DEFAULT_PARAMETERS, type DecimalText, type PortfolioConfiguration, type PortfolioState } from '#domain';

export interface PortfolioStoreSubject {
  readonly store: PortfolioStore;
  readonly accounts: AccountStore;
  /** A live account at MEXC with so much USDT that belongs to no portfolio; its id. */
  readonly liveAccount: (unassigned: DecimalText) => Promise<string>;
  /** A plan of the portfolio, as a draft; its id. */
  readonly openPlan: (portfolioId: string) => Promise<string>;
  /** Books so much of an asset as the portfolio's, bought from the market for nothing. */
  readonly book: (portfolio: Portfolio, asset: string, quantity: DecimalText) => Promise<void>;
  readonly addEquity: (portfolioId: string, points: readonly (Omit<EquityPoint, 'drawdown'> & { readonly peakIndex: number })[]) => Promise<void>;
  readonly watched: (portfolioId: string) => Promise<readonly { readonly marketId: string; readonly shard: number }[]>;
  readonly look: (portfolioId: string) => Promise<{ readonly lookSeq: number; readonly requestedMs: number | null }>;
  readonly paperBalance: (accountId: string, asset: string) => Promise<DecimalText | null>;
  /** Oldest first. */
  readonly booked: (portfolioId: string) => Promise<readonly Pick<LedgerTransaction, 'kind' | 'flows'>[]>;
  readonly close: () => Promise<void>;
}

export type AtPortfolios = () => PortfolioStoreSubject;

/** 2026-01-01 00:00:00 UTC. */
export const CREATED_MS = 1_767_225_600_000;

export const aBasket = (...bases: readonly string[]): PortfolioConfiguration => ({
  assets: bases.map((base) => ({ base, marketId: `${base}USDT` })),
  quote: 'USDT', parameters: DEFAULT_PARAMETERS, execution: DEFAULT_EXECUTION, caps: DEFAULT_CAPS,
});

export function aNewPortfolio(change: Partial<NewPortfolio> = {}): NewPortfolio {
  const id = `pf_${ulid()}`;
  return {
    id, name: id.toLowerCase().replace('_', ' '), mode: 'paper', venue: 'MEXC', accountId: `paper-${id}`, shard: 3, configuration: aBasket('HANA', 'AIA'),
    configSha256: 'a'.repeat(64), capital: '10000', createdMs: CREATED_MS, createdBy: 'a test', ...change,
  };
}

export const ofLive = (accountId: string, capital: DecimalText, change: Partial<NewPortfolio> = {}): NewPortfolio =>
  aNewPortfolio({ mode: 'live', accountId, capital, ...change });

export async function created(at: AtPortfolios, portfolio: NewPortfolio = aNewPortfolio()): Promise<Portfolio> {
  const outcome = await at().store.create(portfolio);
  if (outcome.kind !== 'created') throw new Error(`not created: ${outcome.kind}`);
  return outcome.portfolio;
}

/** Through these states, one after the other. */
export async function moved(at: AtPortfolios, portfolio: Portfolio, ...states: readonly PortfolioState[]): Promise<Portfolio> {
  let last = portfolio;
  for (const state of states) {
    const outcome = await at().store.changeState(last.id, last.version, state, null, CREATED_MS + 1, 'a test');
    if (outcome.kind !== 'changed') throw new Error(`not ${state}: ${outcome.kind}`);
    last = outcome.portfolio;
  }
  return last;
}
