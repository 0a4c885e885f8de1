import { parseParameters, type ExecutionSettings, type PortfolioConfiguration, type RiskCaps, type StrategyParameters } from '#domain';
import type { RunNotice } from '../backtests/backtest-run.js';
import type { SubmitFault } from '../backtests/check-submission.js';
import type { DryRunResult } from '../evaluation/dry-run-result.js';
import type { MarketStore } from '../markets/market-store.port.js';
import type { Clock } from '../ports/clock.port.js';
import type { Digest } from '../ports/digest.port.js';
import { askedAssets } from './asked-assets.js';
import { checkConfiguration, draftBasketFaults, type ConfigurationDraft } from './check-configuration.js';
import { assetsOf } from './create-portfolio.js';
import type { PortfolioStore } from './portfolio-store.port.js';
import type { Portfolio } from './portfolio.js';
import { previewChange, type ChangePreview } from './preview-change.js';

/** A look that changes nothing, at a portfolio as it is or with another configuration. */
export interface DryRunner {
  /** Null: there is no such portfolio. */
  run(portfolioId: string, configuration?: PortfolioConfiguration): Promise<DryRunResult | null>;
}

/** Undefined: stays as it is. */
export interface ConfigurationChange {
  readonly assets?: readonly string[] | undefined;
  readonly parameters?: Partial<StrategyParameters> | undefined;
  readonly execution?: Partial<ExecutionSettings> | undefined;
  readonly caps?: Partial<RiskCaps> | undefined;
}

export interface ChangeCommand {
  readonly idOrName: string;
  /** Null: whatever version it has. */
  readonly version: number | null;
  readonly change: ConfigurationChange;
  readonly confirm: string | null;
  readonly principal: string;
}

export type ChangeResult =
  | { readonly kind: 'changed'; readonly portfolio: Portfolio; readonly notices: readonly RunNotice[] }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'version-mismatch'; readonly portfolio: Portfolio }
  | { readonly kind: 'plan-open'; readonly planId: string }
  | { readonly kind: 'impossible'; readonly faults: readonly SubmitFault[] }
  | { readonly kind: 'preview-needed'; readonly portfolio: Portfolio; readonly preview: ChangePreview }
  | { readonly kind: 'exchange-unavailable'; readonly detail: string };

export interface ChangePortfolioParts {
  readonly store: Pick<PortfolioStore, 'find' | 'changeConfiguration'>;
  readonly markets: MarketStore;
  readonly dryRun: DryRunner;
  readonly clock: Clock;
  readonly digest: Digest;
}

/** Gives a portfolio another configuration; what would trade much at once is shown first, and made when it is confirmed. */
export class ChangePortfolio {
  constructor(private readonly parts: ChangePortfolioParts) {}

  /** @throws StoreFailure, and where prices cannot be had */
  async run(command: ChangeCommand): Promise<ChangeResult> {
    const portfolio = await this.parts.store.find(command.idOrName);
    if (portfolio === null) return { kind: 'not-found' };
    if (command.version !== null && command.version !== portfolio.version) return { kind: 'version-mismatch', portfolio };
    const draft = mergedDraft(portfolio.configuration, command.change);
    const basket = [...draftBasketFaults(draft), ...capitalFaults(portfolio, draft)];
    if (basket.length > 0) return { kind: 'impossible', faults: basket };
    const known = await askedAssets(this.parts.markets, portfolio.venue, draft.assets, draft.quote);
    if (known.kind === 'exchange-unavailable') return known;
    const dryRunOf = async (next: PortfolioConfiguration) => this.parts.dryRun.run(portfolio.id, next);
    // Of markets that are unknown there is nothing to look at: the check says so below.
    const isKnown = known.assets.every(({ market }) => market !== null);
    const next = isKnown ? { ...draft, assets: assetsOf(known.assets) } : null;
    const dryRun = next === null ? null : await dryRunOf(next);
    const { faults, notices } = checkConfiguration(portfolio.venue, draft, known.assets, dryRun?.totalValue ?? Number(portfolio.capital), portfolio.state === 'created');
    if (faults.length > 0) return { kind: 'impossible', faults };
    if (next === null || dryRun === null) return { kind: 'not-found' };
    return this.changeOrShow(command, portfolio, next, dryRun, notices);
  }

  private async changeOrShow(command: ChangeCommand, portfolio: Portfolio, next: PortfolioConfiguration, dryRun: DryRunResult, notices: readonly RunNotice[]): Promise<ChangeResult> {
    const { store, clock, digest } = this.parts;
    const { preview, isNeeded, isConfirmed } = previewChange(portfolio, next, dryRun, digest, command.confirm);
    if (isNeeded && !isConfirmed) return { kind: 'preview-needed', portfolio, preview };
    const outcome = await store.changeConfiguration(portfolio.id, portfolio.version, next, digest(next), clock.nowMs(), command.principal);
    if (outcome.kind === 'illegal') throw new Error('a change of the configuration is no change of state');
    return outcome.kind === 'changed' ? { ...outcome, notices } : outcome;
  }
}

function mergedDraft({ assets, quote, parameters, execution, caps }: PortfolioConfiguration, change: ConfigurationChange): ConfigurationDraft {
  return {
    assets: change.assets ?? assets.map(({ base }) => base),
    quote,
    parameters: { ...parameters, ...given(change.parameters) },
    execution: { ...execution, ...given(change.execution) },
    caps: { ...caps, ...given(change.caps) },
  };
}

const given = <Fields extends object>(fields: Fields | undefined): Partial<Fields> =>
  Object.fromEntries(Object.entries(fields ?? {}).filter(([, value]) => value !== undefined)) as Partial<Fields>;

/** The capital is moved by funds, not written down anew. */
function capitalFaults({ configuration }: Portfolio, { parameters }: ConfigurationDraft): readonly SubmitFault[] {
  if (parameters.initialCapital !== configuration.parameters.initialCapital) {
    return [{ pointer: '/parameters/initialCapital', code: 'capital-is-fixed', detail: 'a portfolio keeps the capital of its start; move money in or out by its funds' }];
  }
  const parsed = parseParameters({ ...parameters });
  return parsed.ok ? [] : parsed.faults.map(({ field, rule, received }) => ({ pointer: `/parameters/${field}`, code: 'invalid-parameter', detail: `${rule}; received ${received}` }));
}
