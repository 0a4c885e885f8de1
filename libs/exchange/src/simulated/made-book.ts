import { mix } from './chance.js';
import type { MarketCharacter } from './venue-types.js';

/** Ticks and steps. */
export interface Level {
  readonly price: number;
  readonly quantity: number;
}

export type BookSide = 'bid' | 'ask';

export interface BookShape {
  readonly kind: 'deep' | 'ideal';
  readonly levels: number;
  readonly character: MarketCharacter;
  /** Quote value of one step at one tick. */
  readonly tickTimesStep: number;
  readonly seed: number;
}

export const MOST_LEVELS = 120;
/** Sizes of levels are drawn anew so often. */
const REDRAW_MS = 2_000;
/** An ideal book's one level is worth this much, in quote: more than any order may be. */
const IDEAL_VALUE = 1e9;

/** Ticks from the middle to the best price of either side: the same on both, so that the last price is the middle. */
export function halfSpreadTicks({ kind, character }: BookShape, price: number): number {
  return kind === 'ideal' ? 0 : Math.max(1, Math.round(price * character.halfSpread));
}

/** A side of the book around a price, best first, as it would stand if nobody had taken from it. */
export function madeLevels(shape: BookShape, side: BookSide, price: number, nowMs: number, depth: number): readonly Level[] {
  if (shape.kind === 'ideal') return [{ price, quantity: Math.ceil(IDEAL_VALUE / (price * shape.tickTimesStep)) }];
  const best = halfSpreadTicks(shape, price);
  const gap = price * Math.max(0.0001, 0.7 * shape.character.halfSpread);
  const draw = mix(shape.seed ^ (side === 'bid' ? 0x55 : 0xaa), Math.floor(nowMs / REDRAW_MS));
  const levels: Level[] = [];
  for (let k = 0; k < Math.min(depth, shape.levels); k++) {
    const away = best + k + Math.floor(gap * k * (1 + k / 30)); // Thinner and thinner with the distance.
    const at = side === 'bid' ? price - away : price + away;
    if (at < 1) break;
    levels.push({ price: at, quantity: sizeOf(shape, at, mix(draw, k) / 0x1_0000_0000, k) });
  }
  return levels;
}

function sizeOf({ character, tickTimesStep }: BookShape, price: number, draw: number, k: number): number {
  const value = character.levelQuoteValue * (0.4 + 1.2 * draw) * (1 + 0.12 * k);
  return Math.max(1, Math.floor(value / (price * tickTimesStep)));
}

/** What is left of levels when `taken` steps are gone from their top. */
export function withoutTaken(levels: readonly Level[], taken: number): readonly Level[] {
  let left = taken;
  const rest: Level[] = [];
  for (const level of levels) {
    const gone = Math.min(left, level.quantity);
    left -= gone;
    if (gone < level.quantity) rest.push({ price: level.price, quantity: level.quantity - gone });
  }
  return rest;
}

/** What own orders took comes back evenly over this long. */
export const RETURN_MS = 10_000;

export type TakenState = readonly (readonly [key: string, quantity: number, atMs: number])[];

/** How much of each side of each book own orders have taken and is not back yet: one figure a side. */
export class TakenLiquidity {
  private readonly taken = new Map<string, { readonly quantity: number; readonly atMs: number }>();

  constructor(state: TakenState = []) {
    for (const [key, quantity, atMs] of state) this.taken.set(key, { quantity, atMs });
  }

  of(marketId: string, side: BookSide, nowMs: number): number {
    const taken = this.taken.get(`${marketId} ${side}`);
    if (taken === undefined) return 0;
    return Math.floor(taken.quantity * Math.max(0, Math.min(1, 1 - (nowMs - taken.atMs) / RETURN_MS)));
  }

  add(marketId: string, side: BookSide, quantity: number, nowMs: number): void {
    this.taken.set(`${marketId} ${side}`, { quantity: this.of(marketId, side, nowMs) + quantity, atMs: nowMs });
  }

  state(nowMs: number): TakenState {
    const rows = [...this.taken].map(([key, { quantity, atMs }]) => [key, quantity, atMs] as const);
    return rows.filter(([, , atMs]) => nowMs - atMs < RETURN_MS).sort(([a], [b]) => (a < b ? -1 : 1));
  }
}
