import { parseParameters, type DecimalText, type PortfolioConfiguration, type TradingMode } from '#domain';
import type { AccountStore } from '../accounts/account-store.port.js';
import type { SubmitFault } from '../backtests/check-submission.js';
import type { MarketStore } from '../markets/market-store.port.js';
import type { Clock, IdSource } from '../ports/clock.port.js';
import type { Digest } from '../ports/digest.port.js';
import { StoreFailure } from '../ports/store-failure.js';
import type { VenueName } from '../ports/market-data.port.js';
import type { RequestKey, RequestKeyStore } from '../requests/request-key-store.port.js';
import { liveAccountId, unfitBecause } from './account-fitness.js';
import { askedAssets } from './asked-assets.js';
import { checkConfiguration, draftBasketFaults, type AskedAsset, type ConfigurationDraft } from './check-configuration.js';
import type { CreateOutcome, PortfolioStore } from './portfolio-store.port.js';
import type { Portfolio } from './portfolio.js';

export interface CreateCommand {
  readonly name: string;
  readonly mode: TradingMode;
  readonly draft: ConfigurationDraft;
  /** Whether the parameters name a capital of their own. */
  readonly isCapitalNamedTwice: boolean;
  readonly capital: DecimalText;
  readonly principal: string;
  /** The client's name for this request. */
  readonly key: string | null;
}

export type CreateResult =
  | { readonly kind: 'created'; readonly portfolio: Portfolio }
  | { readonly kind: 'impossible'; readonly faults: readonly SubmitFault[] }
  | { readonly kind: 'name-taken' }
  | { readonly kind: 'key-reused' }
  | { readonly kind: 'exchange-unavailable'; readonly detail: string };

export interface CreatePortfolioParts {
  readonly store: Pick<PortfolioStore, 'create' | 'find'>;
  readonly markets: MarketStore;
  readonly accounts: Pick<AccountStore, 'find' | 'bookedBalances'>;
  readonly requestKeys: RequestKeyStore;
  /** The exchange that this product talks to. */
  readonly venue: VenueName;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly digest: Digest;
  /** Looks are spread over so many shards. */
  readonly shards: number;
}

/** Creates a portfolio, or says all that stands against it. Nothing is bought before it is started. */
export class CreatePortfolio {
  constructor(private readonly parts: CreatePortfolioParts) {}

  /** @throws StoreFailure where Postgres cannot be had; nothing is stored then. */
  async run(command: CreateCommand): Promise<CreateResult> {
    const key = this.keyOf(command);
    const earlier = key === null ? null : await this.parts.requestKeys.recall(key);
    if (earlier?.kind === 'key-reused') return earlier;
    const made = earlier === null ? null : await this.parts.store.find(earlier.id);
    if (made !== null) return { kind: 'created', portfolio: made };
    const known = await askedAssets(this.parts.markets, this.parts.venue, command.draft.assets, command.draft.quote);
    if (known.kind === 'exchange-unavailable') return known;
    const faults = await this.faultsOf(command, known.assets);
    if (faults.length > 0) return { kind: 'impossible', faults };
    return this.create(command, key, known.assets);
  }

  private async faultsOf(command: CreateCommand, asked: readonly AskedAsset[]): Promise<readonly SubmitFault[]> {
    const basket = draftBasketFaults(command.draft);
    if (basket.length > 0) return basket;
    const { faults } = checkConfiguration(this.parts.venue, command.draft, asked, Number(command.capital), true);
    return [...faults, ...capitalFaults(command), ...(command.mode === 'live' ? await this.liveFaults(command) : [])];
  }

  private async liveFaults({ capital, draft }: CreateCommand): Promise<readonly SubmitFault[]> {
    const { accounts, venue, clock } = this.parts;
    const accountId = liveAccountId(venue);
    const account = await accounts.find(accountId);
    const unfit = unfitBecause(venue, account, clock.nowMs()).map(({ code, detail }) => ({ pointer: '/mode', code, detail }));
    if (account === null) return unfit;
    const held = (await accounts.bookedBalances(accountId)).find(({ asset }) => asset === draft.quote);
    const unassigned = held?.unassigned ?? '0';
    return Number(unassigned) < Number(capital) ? [...unfit, balanceFault(accountId, unassigned, capital, draft.quote, held?.portfolios.length ?? 0)] : unfit;
  }

  private async create(command: CreateCommand, key: RequestKey | null, asked: readonly AskedAsset[]): Promise<CreateResult> {
    const { store, requestKeys, ids, clock } = this.parts;
    const reserved = key === null ? null : await requestKeys.reserve(key, ids.next('pf'), clock.nowMs());
    if (reserved?.kind === 'key-reused') return reserved;
    const id = reserved?.id ?? ids.next('pf');
    const outcome = await this.createOrFail(id, command, asked);
    if (outcome.kind === 'created') return outcome;
    // The same request may have been under way twice, and the other one was faster.
    const twin = await store.find(id);
    if (twin !== null) return { kind: 'created', portfolio: twin };
    if (outcome.kind === 'failed') throw outcome.error;
    if (outcome.kind === 'name-taken') return outcome;
    return { kind: 'impossible', faults: await this.liveFaults(command) };
  }

  /** That its id is there already, the database says as a broken rule. */
  private async createOrFail(id: string, command: CreateCommand, asked: readonly AskedAsset[]): Promise<CreateOutcome | { readonly kind: 'failed'; readonly error: StoreFailure }> {
    try {
      return await this.parts.store.create(this.newPortfolio(id, command, asked));
    } catch (error) {
      if (error instanceof StoreFailure && error.kind === 'refused') return { kind: 'failed', error };
      throw error;
    }
  }

  private newPortfolio(id: string, { name, mode, draft, capital, principal }: CreateCommand, asked: readonly AskedAsset[]) {
    const { venue, clock, digest, shards } = this.parts;
    const configuration: PortfolioConfiguration = { ...draft, assets: assetsOf(asked), parameters: { ...draft.parameters, initialCapital: Number(capital) } };
    return {
      id, name, mode, venue, capital, configuration,
      accountId: mode === 'paper' ? `paper-${id}` : liveAccountId(venue),
      shard: shardOf(id, digest, shards),
      configSha256: digest(configuration),
      createdMs: clock.nowMs(),
      createdBy: principal,
    };
  }

  private keyOf({ principal, key, ...request }: CreateCommand): RequestKey | null {
    return key === null ? null : { principal, key, requestSha256: this.parts.digest({ route: 'create-portfolio', ...request }) };
  }
}

/** Ids begin with their time, so their digest spreads them, not they themselves. */
const shardOf = (id: string, digest: Digest, shards: number): number => Number.parseInt(digest(id).slice(0, 8), 16) % shards;

/** Only markets that are known come here. */
export const assetsOf = (asked: readonly AskedAsset[]): PortfolioConfiguration['assets'] => asked.map(({ base, market }) => ({ base, marketId: market!.rules.marketId }));

function capitalFaults({ isCapitalNamedTwice, capital, draft }: CreateCommand): readonly SubmitFault[] {
  if (isCapitalNamedTwice && draft.parameters.initialCapital !== Number(capital)) {
    return [{ pointer: '/parameters/initialCapital', code: 'capital-named-twice', detail: `capital is ${capital} and initialCapital ${draft.parameters.initialCapital}; leave the latter out` }];
  }
  const parsed = parseParameters({ initialCapital: Number(capital) });
  return parsed.ok ? [] : parsed.faults.map(({ rule, received }) => ({ pointer: '/capital', code: 'invalid-capital', detail: `capital ${rule}; received ${received}` }));
}

function balanceFault(accountId: string, unassigned: DecimalText, capital: DecimalText, quote: string, sharers: number): SubmitFault {
  const others = sharers > 0 ? `; what ${sharers} other portfolio(s) hold is theirs` : '';
  return {
    pointer: '/capital', code: 'insufficient-balance',
    detail: `${accountId} has ${unassigned} ${quote} that belongs to no portfolio, and ${capital} is asked for${others}; take less, or deposit more and wait for its reconciliation`,
  };
}
