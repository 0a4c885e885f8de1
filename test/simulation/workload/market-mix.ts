import type { MarketRules } from '#domain';
import { usualRules, type MarketCharacter } from '#exchange';
import type { Chance } from '../engine/chance.js';
import type { RecordedMarket } from '../exchange/simulated-exchange.js';
import { drawPath, PATH_KINDS, type PathKind, type PathTerms } from './price-paths.js';

const CHEAPEST = 0.0005;
const DEAREST = 50_000;
/** A step is worth no more than this, so that an order of the smallest value is many steps. */
const DEAREST_STEP = 0.05;
const MOST_STEP_DECIMALS = 6;
const MOST_TICK_DECIMALS = 8;

/** MEXC tells LIMIT alone of a market that takes IMMEDIATE_OR_CANCEL; others tell all. */
const ORDER_TYPES: readonly (readonly string[])[] = [
  ['LIMIT', 'MARKET', 'LIMIT_MAKER'],
  ['LIMIT', 'MARKET'],
  ['LIMIT', 'MARKET', 'LIMIT_MAKER', 'IMMEDIATE_OR_CANCEL', 'FILL_OR_KILL'],
];
/** No market orders: not to be traded by a portfolio that sends none but those. */
const WITHOUT_MARKET: readonly (readonly string[])[] = [['LIMIT', 'LIMIT_MAKER'], ['LIMIT', 'LIMIT_MAKER', 'IMMEDIATE_OR_CANCEL']];

/** How much stands in a book: a usual small coin's, a thin one's, and one in which an order of ours goes through many levels. */
const BOOKS = [{ halfSpread: 0.0005, levelQuoteValue: 350 }, { halfSpread: 0.0005, levelQuoteValue: 350 }, { halfSpread: 0.001, levelQuoteValue: 60 }, { halfSpread: 0.002, levelQuoteValue: 25 }] as const;
/** How far a minute reaches beyond where it opened and closed: on most days hardly, on others by what a limit allows. */
const WICKS = [0.001, 0.001, 0.01, 0.03];

export interface DrawnMarket extends RecordedMarket {
  readonly kind: PathKind;
}

export interface MixTerms extends Pick<PathTerms, 'historyFromMs' | 'fromMs' | 'untilMs' | 'basketSize'> {
  /** A market of each, against USDT. */
  readonly bases: readonly string[];
  /** Drawn from all kinds unless told. */
  readonly kinds?: readonly PathKind[];
  /** The chance that a market takes no market orders. */
  readonly withoutMarketOrders?: number;
}

/** Markets with rules and paths of every sort. What is drawn for one market does not depend on the others. */
export function drawMarkets(chance: Chance, { bases, kinds = PATH_KINDS, withoutMarketOrders = 0, ...terms }: MixTerms): readonly DrawnMarket[] {
  return bases.map((base) => {
    const own = chance.fork(base);
    const basePrice = Number(Math.exp(own.between(Math.log(CHEAPEST), Math.log(DEAREST))).toPrecision(4));
    const kind = own.pick(kinds);
    const rules = drawRules(own.fork('rules'), base, basePrice, withoutMarketOrders);
    const recorded = drawPath(own.fork('path'), { ...terms, kind, basePrice, marketId: rules.marketId, mostWick: own.fork('wicks').pick(WICKS) });
    return { kind, rules, recorded, character: drawCharacter(own.fork('book'), basePrice) };
  });
}

/** Of a recorded market its book alone counts. */
function drawCharacter(chance: Chance, basePrice: number): MarketCharacter {
  return {
    basePrice, dailyVolatility: 0, pumpChance: 0, crashChance: 0, commonShare: 0, activity: { day: 1, hour: 1, minute: 1 }, dayQuoteVolume: 1_500_000,
    ...chance.pick(BOOKS),
  };
}

function drawRules(chance: Chance, base: string, basePrice: number, withoutMarketOrders: number): MarketRules {
  const orderTypes = chance.pick(chance.happens(withoutMarketOrders) ? WITHOUT_MARKET : ORDER_TYPES);
  const quantityStep = powerOfTen(stepDecimals(chance, basePrice));
  const minNotional = chance.pick(['1', '2', '5']);
  const takerFee = chance.pick(['0', '0.0002', '0.0005', '0.001', '0.002']);
  return usualRules(base, basePrice, {
    orderTypes, quantityStep, minNotional, takerFee,
    priceTick: powerOfTen(tickDecimals(chance, basePrice)),
    minQuantity: chance.pick(['0', quantityStep]),
    minMarketNotional: chance.happens(0.2) ? '5' : minNotional,
    maxMarketNotional: chance.pick(['100000', '100000', '20000']),
    makerFee: chance.pick(['0', takerFee]),
  });
}

function stepDecimals(chance: Chance, basePrice: number): number {
  const least = Math.max(0, Math.ceil(Math.log10(basePrice / DEAREST_STEP)));
  return Math.max(least, chance.whole(Math.min(least, MOST_STEP_DECIMALS), MOST_STEP_DECIMALS));
}

/** Four to seven digits of the price; with those of a step and of a fee no more than the 18 decimals that our books have. */
function tickDecimals(chance: Chance, basePrice: number): number {
  const digitsBeforeDot = Math.floor(Math.log10(basePrice)) + 1;
  return Math.min(MOST_TICK_DECIMALS, Math.max(0, chance.whole(4, 7) - digitsBeforeDot));
}

/** 1, 0.1, 0.01 and so on. */
function powerOfTen(decimals: number): string {
  return decimals === 0 ? '1' : `0.${'0'.repeat(decimals - 1)}1`;
}
