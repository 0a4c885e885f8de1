import type { MarketRules } from '#domain';
import { mixText } from './chance.js';
import { USUAL_CHARACTER } from './default-markets.js';
import { decimalsOf, fixedText } from './fixed-text.js';
import { MadePath, type CommonFactor } from './made-path.js';
import type { BookShape } from './made-book.js';
import { MarketFeed } from './market-feed.js';
import type { PathClock } from './path-clock.js';
import { Money } from './money.js';
import { PricePath, QUOTE_DECIMALS, type PathCaches, type PathScale } from './price-path.js';
import type { SimulatedMarket, VenueOptions } from './venue-types.js';

const MINUTE_MS = 60_000;

/** Whole numbers of a step as text, and back. */
export class Units {
  private readonly decimals: number;
  private readonly multiple: number;

  constructor(readonly step: string) {
    this.decimals = decimalsOf(step);
    this.multiple = Math.round(Number(step) * 10 ** this.decimals);
  }

  text(units: number): string {
    return fixedText(units * this.multiple, this.decimals);
  }

  /** Whole steps of a decimal text, rounded where it lies between two. */
  units(text: string, rounding: 'down' | 'up'): number {
    const steps = new Money(text).div(this.step);
    return (rounding === 'down' ? steps.floor() : steps.ceil()).toNumber();
  }
}

/** One market of the venue. Prices and sizes keep the units that it began with; its rules may change for orders. */
export interface VenueMarket {
  rules: MarketRules;
  readonly listedMs: number;
  readonly character: SimulatedMarket['character'];
  readonly feed: MarketFeed;
  readonly book: BookShape;
  readonly price: Units;
  readonly quantity: Units;
}

export interface VenueParts {
  readonly options: VenueOptions;
  readonly clock: PathClock;
  readonly caches: PathCaches;
  readonly common: CommonFactor;
}

export function quoteText(quoteUnits: number): string {
  return fixedText(quoteUnits, QUOTE_DECIMALS);
}

export function openMarket(market: SimulatedMarket, index: number, parts: VenueParts): VenueMarket {
  const { rules, listedMs, character = USUAL_CHARACTER } = market;
  const { options, clock, caches, common } = parts;
  const scale = scaleOf(rules);
  const seed = mixText(options.seed, rules.marketId);
  const firstPathMs = clock.pathMs(Math.ceil(Math.max(listedMs, options.historyFromMs) / MINUTE_MS) * MINUTE_MS);
  const path = new PricePath(new MadePath(seed, character, scale, common), index, caches, scale);
  return {
    rules,
    listedMs,
    character: market.character,
    feed: new MarketFeed(path, clock, firstPathMs, seed),
    book: { kind: options.book ?? 'deep', character, tickTimesStep: scale.tickTimesStep, seed },
    price: new Units(rules.priceTick),
    quantity: new Units(rules.quantityStep),
  };
}

function scaleOf({ priceTick, quantityStep }: MarketRules): PathScale {
  const [tick, step] = [Number(priceTick), Number(quantityStep)];
  return { tick, step, tickTimesStep: tick * step };
}

