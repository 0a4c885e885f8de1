import type { MarketRules } from '#domain';
import { mixText } from './chance.js';
import { USUAL_CHARACTER } from './default-markets.js';
import { decimalsOf, fixedText } from './fixed-text.js';
import { MadePath, type CommonFactor } from './made-path.js';
import { MOST_LEVELS, type BookShape } from './made-book.js';
import { MarketFeed } from './market-feed.js';
import type { PathClock } from './path-clock.js';
import { Money } from './money.js';
import { checkReplayed, ReplayedPath, replayShiftMs } from './replayed-path.js';
import { PricePath, QUOTE_DECIMALS, type PathCaches, type PathScale } from './price-path.js';
import type { ReplayedMarket, SimulatedMarket, VenueOptions } from './venue-types.js';

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
  const replayed = options.replay?.markets.find(({ marketId }) => marketId === rules.marketId);
  const source = replayed === undefined ? new MadePath(seed, character, scale, common) : replayedSource(replayed, seed, scale, options);
  const path = new PricePath(source, index, caches, scale);
  const firstPathMs = Math.max(pathFromMs(options, clock, replayed), clock.pathMs(Math.ceil(listedMs / MINUTE_MS) * MINUTE_MS));
  return {
    rules,
    listedMs,
    character: market.character,
    feed: new MarketFeed(path, clock, firstPathMs, seed),
    book: { kind: options.book ?? 'deep', levels: options.bookLevels ?? MOST_LEVELS, character, tickTimesStep: scale.tickTimesStep, seed },
    price: new Units(rules.priceTick),
    quantity: new Units(rules.quantityStep),
  };
}

/** A record begins with its first bar, a made path where history does. */
function pathFromMs(options: VenueOptions, clock: PathClock, replayed: ReplayedMarket | undefined): number {
  if (options.replay === undefined || replayed === undefined) return clock.pathMs(Math.ceil(options.historyFromMs / MINUTE_MS) * MINUTE_MS);
  return replayed.columns.openTimesMs[0]! + replayShiftMs(options.replay, options.speedFromMs);
}

function replayedSource(replayed: ReplayedMarket, seed: number, scale: PathScale, { replay, speedFromMs }: VenueOptions): ReplayedPath {
  checkReplayed(replayed);
  return new ReplayedPath(seed, replayed, scale, replayShiftMs(replay!, speedFromMs));
}

function scaleOf({ priceTick, quantityStep }: MarketRules): PathScale {
  const [tick, step] = [Number(priceTick), Number(quantityStep)];
  return { tick, step, tickTimesStep: tick * step };
}

