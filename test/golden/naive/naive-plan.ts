import type { GoldenConfig } from '../golden-file.js';
import type { NaiveBar, NaiveState } from './naive-state.js';

export interface NaivePlan {
  readonly kind: 'upside' | 'downside' | 'limit';
  readonly sellQuantity: ReadonlyMap<string, number>;
  /** Values to buy by asset, once the sales' net proceeds are known. */
  readonly purchasesFor: (netProceeds: number) => ReadonlyMap<string, number>;
  readonly cashToKeep: number;
}

interface Candidate {
  readonly asset: string;
  readonly kind: NaivePlan['kind'];
  readonly ratio: number;
}

/** What an evaluation sees. */
interface View {
  readonly assets: readonly string[];
  readonly config: GoldenConfig;
  readonly value: ReadonlyMap<string, number>;
  readonly price: ReadonlyMap<string, number>;
  readonly mean: number;
  readonly total: number;
  readonly cash: number;
}

/** The plan of one evaluation on a bar's close, or null for hold. */
export function chooseNaivePlan(
  state: NaiveState, assets: readonly string[], bar: NaiveBar, config: GoldenConfig,
): NaivePlan | null {
  const value = new Map(assets.map((asset) => [asset, state.held.get(asset)! * bar.close.get(asset)!]));
  const sum = [...value.values()].reduce((a, b) => a + b, 0);
  const mean = sum / assets.length;
  if (mean <= 0) return null;
  const view: View = { assets, config, value, price: bar.close, mean, total: sum + state.cash, cash: state.cash };
  const awake = candidates(view).filter(({ asset }) => {
    const last = state.lastFill.get(asset);
    return last === undefined || bar.time - last >= config.cooldownMinutes * 60 * 1000;
  });
  for (const candidate of sortedByRatio(awake)) {
    const plan = candidate.kind === 'downside' ? topUp(candidate, view) : cutBack(candidate, view);
    if (plan !== null) return plan;
  }
  return null;
}

function candidates(view: View): readonly Candidate[] {
  const { config } = view;
  const found: Candidate[] = [];
  for (const asset of view.assets) {
    const deviation = (view.value.get(asset)! - view.mean) / view.mean;
    const weight = view.value.get(asset)! / view.total;
    if (deviation > config.upsideThreshold) {
      let ratio = deviation / config.upsideThreshold;
      if (weight > config.maxPosition && weight / config.maxPosition > ratio) ratio = weight / config.maxPosition;
      found.push({ asset, kind: 'upside', ratio });
    } else {
      if (deviation < -config.downsideThreshold) {
        found.push({ asset, kind: 'downside', ratio: -deviation / config.downsideThreshold });
      }
      if (weight > config.maxPosition) found.push({ asset, kind: 'limit', ratio: weight / config.maxPosition });
    }
  }
  return found;
}

/** By insertion, so that what came first stays first on equal ratios. */
function sortedByRatio(found: readonly Candidate[]): readonly Candidate[] {
  const sorted: Candidate[] = [];
  for (const candidate of found) {
    let place = sorted.length;
    while (place > 0 && sorted[place - 1]!.ratio < candidate.ratio) place -= 1;
    sorted.splice(place, 0, candidate);
  }
  return sorted;
}

function cutBack({ asset, kind }: Candidate, view: View): NaivePlan | null {
  const { config } = view;
  const value = view.value.get(asset)!;
  const aboveLimit = value - config.maxPosition * view.total;
  const saleValue = kind === 'limit' ? aboveLimit : Math.max(config.sellPercentage * value, aboveLimit);
  if (saleValue < config.minOrderValue) return null;
  return {
    kind,
    sellQuantity: new Map([[asset, saleValue / view.price.get(asset)!]]),
    purchasesFor: (netProceeds) => sharesOf((1 - config.usdtReserve) * netProceeds, asset, view),
    cashToKeep: config.minReserve * view.total,
  };
}

function sharesOf(pot: number, sold: string, view: View): ReadonlyMap<string, number> {
  const { config } = view;
  let receivers = view.assets.filter((asset) => asset !== sold);
  if (receivers.length === 0) return new Map();
  if (pot / receivers.length < config.minOrderValue) {
    const affordable = Math.floor(pot / config.minOrderValue);
    const cheapestFirst = receivers
      .map((asset, place) => ({ asset, place, value: view.value.get(asset)! }))
      .sort((a, b) => a.value - b.value || a.place - b.place);
    receivers = cheapestFirst.slice(0, affordable).map(({ asset }) => asset);
  }
  const shares = new Map<string, number>();
  for (const asset of receivers) {
    const share = Math.min(pot / receivers.length, config.maxPosition * view.total - view.value.get(asset)!);
    if (share >= config.minOrderValue) shares.set(asset, share);
  }
  return shares;
}

function topUp({ asset }: Candidate, view: View): NaivePlan | null {
  const { config, mean, total, cash } = view;
  const value = view.value.get(asset)!;
  const wanted = Math.min(mean - value, config.maxPosition * total - value);
  if (wanted < config.minOrderValue) return null;
  const cashToKeep = config.minReserve * total;
  const fromReserve = Math.max(0, cash - cashToKeep) / (1 + config.tradingFee);
  const sellQuantity = new Map<string, number>();
  if (fromReserve < wanted) {
    const sales = donorSales(asset, wanted - fromReserve, view);
    let cashThen = cash;
    for (const [donor, saleValue] of sales) {
      cashThen += saleValue * (1 - config.tradingFee);
      sellQuantity.set(donor, saleValue / view.price.get(donor)!);
    }
    const canBuy = Math.min(wanted, Math.max(0, cashThen - cashToKeep) / (1 + config.tradingFee));
    if (canBuy < config.minOrderValue) return null;
  }
  return { kind: 'downside', sellQuantity, purchasesFor: () => new Map([[asset, wanted]]), cashToKeep };
}

function donorSales(receiver: string, shortfall: number, view: View): ReadonlyMap<string, number> {
  const { config, mean } = view;
  const donors = view.assets.filter((asset) => asset !== receiver && view.value.get(asset)! > mean);
  const excessOfAll = donors.reduce((sum, asset) => sum + (view.value.get(asset)! - mean), 0);
  const sales = new Map<string, number>();
  for (const asset of donors) {
    const value = view.value.get(asset)!;
    const sale = Math.min((shortfall * (value - mean)) / excessOfAll, config.maxDonorSale * value);
    if (sale >= config.minOrderValue) sales.set(asset, sale);
  }
  return sales;
}
