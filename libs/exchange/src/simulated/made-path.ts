import { splitBar, type Bar, type BarBlock } from './bar-block.js';
import { Chance, mix } from './chance.js';
import type { PathScale, PathSource } from './price-path.js';
import { RecentCache } from './recent-cache.js';
import type { MarketCharacter } from './venue-types.js';

/** How many days' moves make a price; after that many a move has faded to under 3 %. */
const MEMORY_DAYS = 240;
const FADING = Float64Array.from({ length: MEMORY_DAYS }, (_none, age) => 0.985 ** age);
/** Prices stay whole numbers of ticks with room below. */
const LEAST_TICKS = 20;
const MOST_IDLE_DAYS = 40;

/** What moves all markets together: one standard normal figure a day. */
export class CommonFactor {
  private readonly days = new RecentCache<number>(2_048);

  constructor(private readonly seed: number) {}

  of(day: number): number {
    return this.days.get(day, () => new Chance(mix(this.seed, day)).normal());
  }
}

/**
 * A made price: the logarithm of a day's close is the sum of the fading moves of the days before (an autoregression of first
 * order, cut off), so any day is found without the days before it and prices keep returning to their base. Hours and minutes
 * are made top down, by splitting the day's bar.
 */
export class MadePath implements PathSource {
  private readonly closes = new RecentCache<number>(16);

  constructor(
    private readonly seed: number,
    private readonly character: MarketCharacter,
    private readonly scale: PathScale,
    private readonly common: CommonFactor,
  ) {}

  hours(day: number, block: BarBlock): void {
    const terms = { activity: this.character.activity.hour, leastVolume: 60 };
    splitBar(this.dayBar(day), 24, terms, new Chance(mix(this.seed ^ 0x1, day)), block, 0);
  }

  minutes(hour: number, hourBar: () => Bar, block: BarBlock): void {
    const terms = { activity: this.character.activity.minute, leastVolume: 1 };
    splitBar(hourBar(), 60, terms, new Chance(mix(this.seed ^ 0x2, hour)), block, 0);
  }

  private dayBar(day: number): Bar {
    const [open, close] = [this.close(day - 1), this.close(day)];
    if (!this.isActive(day)) return { open: close, high: close, low: close, close, volume: 0 };
    const { dailyVolatility, dayQuoteVolume } = this.character;
    const chance = new Chance(mix(this.seed ^ 0x3, day));
    const high = Math.round(Math.max(open, close) * (1 + dailyVolatility * chance.next() ** 2));
    const low = Math.max(LEAST_TICKS - 1, Math.round(Math.min(open, close) / (1 + dailyVolatility * chance.next() ** 2)));
    const excitement = Math.exp(0.5 * chance.normal() + 2 * Math.min(1, Math.abs(close / open - 1)));
    const traded = (dayQuoteVolume * excitement) / ((open + close) / 2) / this.scale.tickTimesStep;
    return { open, high, low, close, volume: Math.max(24 * 60, Math.round(traded)) };
  }

  /** Ticks; on a day without trades that of the last one with some. */
  private close(day: number): number {
    return this.closes.get(day, () => {
      let traded = day;
      while (!this.isActive(traded) && day - traded < MOST_IDLE_DAYS) traded -= 1;
      const price = this.character.basePrice * Math.exp(this.level(traded));
      return Math.max(LEAST_TICKS, Math.round(price / this.scale.tick));
    });
  }

  private isActive(day: number): boolean {
    return mix(this.seed ^ 0x4, day) / 0x1_0000_0000 < this.character.activity.day;
  }

  private level(day: number): number {
    let sum = 0;
    for (let age = 0; age < MEMORY_DAYS; age++) sum += FADING[age]! * this.move(day - age);
    return sum;
  }

  private move(day: number): number {
    const { pumpChance, crashChance, dailyVolatility, commonShare } = this.character;
    const chance = new Chance(mix(this.seed, day));
    const kind = chance.next();
    if (kind < pumpChance) return 0.44 + 0.62 * chance.next();
    if (kind < pumpChance + crashChance) return -0.25 - 0.1 * chance.next();
    const own = Math.sqrt(1 - commonShare) * chance.normal();
    const shared = Math.sqrt(commonShare) * this.common.of(day);
    return Math.max(-0.3, Math.min(0.4, dailyVolatility * (own + shared)));
  }
}
