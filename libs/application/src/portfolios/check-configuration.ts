import { checkBasket, checkFeasibility, type OrderType, type PortfolioConfiguration, type StrategyParameters } from '#domain';
import type { RunNotice } from '../backtests/backtest-run.js';
import { feasibilityInWords } from '../backtests/run-notices.js';
import type { SubmitFault } from '../backtests/check-submission.js';
import type { KnownMarket } from '../markets/market-store.port.js';
import type { VenueName } from '../ports/market-data.port.js';
import { instant } from '../wording/instant.js';

/** A configuration as it is asked for: its markets are not known yet. */
export type ConfigurationDraft = Omit<PortfolioConfiguration, 'assets'> & { readonly assets: readonly string[] };

/** A market that was asked for by its base. */
export interface AskedAsset {
  readonly base: string;
  readonly market: KnownMarket | null;
  /** Names that one which is none may have meant. */
  readonly similar: readonly string[];
}

export interface ConfigurationCheck {
  readonly faults: readonly SubmitFault[];
  /** What the strategy cannot do, although it can act. */
  readonly notices: readonly RunNotice[];
}

/** What the start would buy of each asset, in quote. */
export const initialPurchaseValue = (parameters: StrategyParameters, assetCount: number, capital: number): number =>
  Math.min((1 - parameters.usdtReserve) / assetCount, parameters.maxPosition) * capital;

export const draftBasketFaults = ({ assets, quote }: ConfigurationDraft): readonly SubmitFault[] =>
  checkBasket(assets, quote).map(({ field, rule, received }) => ({ pointer: `/${field}`, code: 'invalid-basket', detail: `${field} ${rule}; received ${received}` }));

/** Everything that keeps a portfolio from working, not the first only. `value`: what it has to work with, in quote. */
export function checkConfiguration(venue: VenueName, draft: ConfigurationDraft, asked: readonly AskedAsset[], value: number, isStarting: boolean): ConfigurationCheck {
  const feasibility = checkFeasibility(draft.parameters, draft.assets.length, value);
  const said = (isBlocking: boolean) => feasibilityInWords(feasibility.findings.filter((finding) => finding.isBlocking === isBlocking));
  return {
    faults: [
      ...asked.flatMap((asset, index) => assetFaults(venue, draft, asset, index)),
      ...said(true).map(({ code, detail }) => ({ pointer: code === 'single-asset' ? '/assets' : '/capital', code, detail: `${detail}; take more capital, fewer assets, or other parameters` })),
      ...minimumFaults(draft, asked),
      ...(isStarting ? startFaults(draft, asked, value) : []),
    ],
    notices: said(false),
  };
}

function assetFaults(venue: VenueName, { quote }: ConfigurationDraft, { base, market, similar }: AskedAsset, index: number): readonly SubmitFault[] {
  const fault = (code: string, detail: string) => [{ pointer: `/assets/${index}`, code, detail }];
  if (market === null) {
    const remedy = similar.length > 0 ? `did you mean ${similar.join(' or ')}?` : 'it is mistyped, delisted, or traded against another quote currency';
    return fault('unknown-asset', `${venue} lists no market of ${base} in ${quote}; ${remedy}`);
  }
  const { rules, tradability, isListed, seenMs } = market;
  if (!isListed) return fault('not-listed', `${venue} no longer lists ${rules.marketId}, which it did until ${instant(seenMs)}; take another asset`);
  if (tradability.kind === 'tradable') return [];
  return fault('untradable', `${base} cannot be traded over the API: ${tradability.detail} (${tradability.reason}); take another asset`);
}

/** Orders between our own minimum and the market's would all be skipped, without a word at the start. */
function minimumFaults({ parameters, execution }: ConfigurationDraft, asked: readonly AskedAsset[]): readonly SubmitFault[] {
  const [strictest] = marketsOf(asked).map(({ rules }) => ({ id: rules.marketId, minimum: smallestOrder(rules, execution.orderType) })).sort((a, b) => b.minimum - a.minimum);
  if (strictest === undefined || parameters.minOrderValue >= strictest.minimum) return [];
  const detail = `minOrderValue ${parameters.minOrderValue} is below what ${strictest.id} takes, ${strictest.minimum}: such orders would be refused; set it to ${strictest.minimum} or more`;
  return [{ pointer: '/parameters/minOrderValue', code: 'below-market-minimum', detail }];
}

function startFaults({ assets, parameters, execution, caps }: ConfigurationDraft, asked: readonly AskedAsset[], capital: number): readonly SubmitFault[] {
  const purchase = initialPurchaseValue(parameters, assets.length, capital);
  const faults: SubmitFault[] = [];
  for (const { rules } of marketsOf(asked)) {
    const minimum = smallestOrder(rules, execution.orderType);
    // Below our own minimum the strategy has said so already.
    if (purchase < minimum && purchase >= parameters.minOrderValue) {
      faults.push({ pointer: '/capital', code: 'purchase-below-market-minimum', detail: `${rules.marketId} takes orders from ${minimum} on, and the start would buy ${round(purchase)} of it; take more capital or fewer assets` });
    }
  }
  const [order, plan] = [purchase / capital, (purchase * assets.length) / capital];
  if (order > caps.maxOrderFraction) faults.push(capFault('maxOrderFraction', order, caps.maxOrderFraction, 'one purchase'));
  if (plan > caps.maxPlanFraction) faults.push(capFault('maxPlanFraction', plan, caps.maxPlanFraction, 'the plan'));
  return faults;
}

const capFault = (cap: string, needed: number, allowed: number, what: string): SubmitFault => ({
  pointer: `/caps/${cap}`, code: 'cap-below-start', detail: `the start is denied by ${cap} ${allowed}: ${what} of it takes ${round(needed)} of the capital; allow that much, or keep a larger reserve`,
});

const marketsOf = (asked: readonly AskedAsset[]): readonly KnownMarket[] => asked.flatMap(({ market }) => market ?? []);

const smallestOrder = ({ minNotional, minMarketNotional }: KnownMarket['rules'], orderType: OrderType): number => Number(orderType === 'market' ? minMarketNotional : minNotional);

const round = (value: number): number => Number(value.toPrecision(4));
