import { tradabilityOf, type MarketRules } from '#domain';
import { closestName } from '../terminal/closest-name.js';
import { whole } from '../terminal/figures.js';
import { failed, passed, skipped, warned, type CheckResult } from './check.js';

export interface SeenMarkets {
  readonly markets: readonly MarketRules[];
  /** Null: the exchange gives no such list. */
  readonly apiMarketIds: ReadonlySet<string> | null;
}

export interface WantedAsset {
  readonly asset: string;
  readonly quote: string;
}

export function marketsVerdict({ markets, apiMarketIds }: SeenMarkets): CheckResult {
  const tradable = markets.filter((rules) => tradabilityOf(rules, apiMarketIds).kind === 'tradable').length;
  const words = `${whole(markets.length)} markets, ${whole(tradable)} tradable over the API`;
  return tradable > 0 ? passed('markets', words) : warned('markets', words, 'rebalancer exchange');
}

/**
 * Which of the assets can be traded over the API. What was asked for by name and cannot be is a failure; what merely is
 * stored is worth a warning.
 */
export function assetVerdicts(seen: SeenMarkets, wanted: readonly WantedAsset[], isAskedFor: boolean): readonly CheckResult[] {
  if (wanted.length === 0) return [skipped('assets', 'no series of this exchange are stored; name some: rebalancer doctor --assets HANA,AIA')];
  const faults = wanted.flatMap((one) => faultOf(seen, one) ?? []);
  const bad = new Set(faults.map(({ asset }) => asset));
  const good = wanted.filter(({ asset }) => !bad.has(asset)).map(({ asset }) => asset);
  const told = isAskedFor ? failed : warned;
  return [
    ...(good.length > 0 ? [passed('assets', `${listed(good)} tradable over the API`)] : []),
    ...faults.map(({ words, fix }) => told('assets', words, fix)),
  ];
}

interface AssetFault {
  readonly asset: string;
  readonly words: string;
  readonly fix: string;
}

function faultOf({ markets, apiMarketIds }: SeenMarkets, { asset, quote }: WantedAsset): AssetFault | null {
  const rules = markets.find((market) => market.base === asset && market.quote === quote);
  if (rules === undefined) return { asset, ...unknownMarket(markets, { asset, quote }) };
  const tradability = tradabilityOf(rules, apiMarketIds);
  if (tradability.kind === 'tradable') return null;
  return { asset, words: `${asset}/${quote} cannot be traded over the API: ${tradability.detail} (${tradability.reason})`, fix: `leave ${asset} out of what is traded` };
}

function unknownMarket(markets: readonly MarketRules[], { asset, quote }: WantedAsset): Omit<AssetFault, 'asset'> {
  const closest = closestName(asset, markets.filter((market) => market.quote === quote).map(({ base }) => base));
  const words = `the exchange has no market ${asset}/${quote}: delisted, renamed or mistyped${closest === null ? '' : `; did you mean ${closest}?`}`;
  return { words, fix: `rebalancer exchange markets --assets ${closest ?? asset}` };
}

const MOST_NAMED = 20;

function listed(names: readonly string[]): string {
  const rest = names.length - MOST_NAMED;
  return names.slice(0, MOST_NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
