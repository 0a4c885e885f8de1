import type { Chance } from './chance.js';

/** Prices in ticks and volumes in steps: whole numbers, so that sums and comparisons are exact. */
export interface Bar {
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/** Bars that follow each other, as columns. */
export class BarBlock {
  readonly opens: Float64Array;
  readonly highs: Float64Array;
  readonly lows: Float64Array;
  readonly closes: Float64Array;
  readonly volumes: Float64Array;

  constructor(readonly length: number) {
    const buffer = new ArrayBuffer(5 * 8 * length);
    const column = (index: number) => new Float64Array(buffer, index * 8 * length, length);
    [this.opens, this.highs, this.lows, this.closes, this.volumes] = [column(0), column(1), column(2), column(3), column(4)];
  }

  at(index: number): Bar {
    return {
      open: this.opens[index]!,
      high: this.highs[index]!,
      low: this.lows[index]!,
      close: this.closes[index]!,
      volume: this.volumes[index]!,
    };
  }

  fillFlat(from: number, to: number, price: number): void {
    this.opens.fill(price, from, to);
    this.highs.fill(price, from, to);
    this.lows.fill(price, from, to);
    this.closes.fill(price, from, to);
    this.volumes.fill(0, from, to);
  }
}

export interface SplitTerms {
  /** Chance that a part has trades; at least one has. */
  readonly activity: number;
  /** Volume that every part with trades gets where the whole has enough: what its own parts will need. */
  readonly leastVolume: number;
}

// Taken once: in a sandboxed context, such as a test's, each look at a global costs more than the arithmetic.
const { floor, max, min, round, sqrt } = Math;

const MOST_PARTS = 64;
const weights = new Float64Array(MOST_PARTS);
const drifts = new Float64Array(MOST_PARTS);
const walk = new Float64Array(MOST_PARTS);

/**
 * Splits a bar into `count` bars from index `at` of a block on, which aggregate to it exactly: the first opens where it
 * opens, each opens where the one before closed, the last closes where it closes; highest, lowest and volume are its own.
 * Between open and close goes a random bridge whose time runs faster in some parts, which are then those that jump and trade.
 */
export function splitBar(bar: Bar, count: number, terms: SplitTerms, chance: Chance, block: BarBlock, at: number): void {
  if (bar.volume === 0 && bar.high === bar.low) return block.fillFlat(at, at + count, bar.close);
  const last = drawParts(bar, count, terms, chance);
  placeCloses(bar, count, last, block, at);
  placeRanges(bar, count, chance, block, at);
  placeVolumes(bar, count, terms.leastVolume, block, at);
}

/** Fills weights, drifts (their running share) and the walk. The index of the last part with trades. */
function drawParts(bar: Bar, count: number, terms: SplitTerms, chance: Chance): number {
  const most = max(1, terms.leastVolume > 0 ? floor(bar.volume / terms.leastVolume) : count);
  const forced = floor(chance.next() * count);
  let [total, position, active, last] = [0, 0, 1, forced];
  for (let i = 0; i < count; i++) {
    const [pick, size, step] = [chance.next(), chance.next(), chance.next() + chance.next() - 1];
    const isActive = i === forced || (pick < terms.activity && active < most);
    if (isActive && i !== forced) active += 1;
    const weight = isActive ? 0.12 + size * size * size * size * 2 : 0;
    if (isActive && i > last) last = i;
    weights[i] = weight;
    total += weight;
    position += step * 2.45 * sqrt(weight);
    drifts[i] = total;
    walk[i] = position;
  }
  const end = position / sqrt(total);
  for (let i = 0; i < count; i++) {
    weights[i]! /= total;
    drifts[i]! /= total;
    walk[i] = walk[i]! / sqrt(total) - drifts[i]! * end; // A bridge: it comes back to zero.
  }
  return last;
}

function placeCloses(bar: Bar, count: number, last: number, block: BarBlock, at: number): void {
  const { open, close, high, low } = bar;
  const swing = 0.45 * (high - low);
  let previous = open;
  for (let i = 0; i < count; i++) {
    block.opens[at + i] = previous;
    if (i >= last) previous = close;
    else if (weights[i]! > 0) previous = within(round(open + (close - open) * drifts[i]! + swing * walk[i]!), low, high);
    block.closes[at + i] = previous;
  }
}

/** Folded back at the borders once, so that prices do not stick to them. */
function within(price: number, low: number, high: number): number {
  const folded = price > high ? 2 * high - price : price < low ? 2 * low - price : price;
  return max(low, min(high, folded));
}

function placeRanges(bar: Bar, count: number, chance: Chance, block: BarBlock, at: number): void {
  const { high, low } = bar;
  const reach = 0.4 * (high - low);
  let [top, bottom] = [-1, -1];
  for (let i = at; i < at + count; i++) {
    const [a, b] = [block.opens[i]!, block.closes[i]!];
    const weight = weights[i - at]!;
    const extent = weight > 0 ? reach * sqrt(weight) : 0;
    const [upper, lower] = a > b ? [a, b] : [b, a];
    block.highs[i] = weight > 0 ? min(high, upper + round(extent * chance.next())) : a;
    block.lows[i] = weight > 0 ? max(low, lower - round(extent * chance.next())) : a;
    if (weight === 0) continue;
    if (top < 0 || upper > max(block.opens[top]!, block.closes[top]!)) top = i;
    if (bottom < 0 || lower < min(block.opens[bottom]!, block.closes[bottom]!)) bottom = i;
  }
  block.highs[top] = high;
  block.lows[bottom] = low;
}

function placeVolumes(bar: Bar, count: number, leastVolume: number, block: BarBlock, at: number): void {
  let active = 0;
  for (let i = 0; i < count; i++) if (weights[i]! > 0) active += 1;
  const least = bar.volume >= active * leastVolume ? leastVolume : 0;
  const free = bar.volume - active * least;
  let spent = 0;
  for (let i = 0; i < count; i++) {
    const upTo = round(free * drifts[i]!);
    block.volumes[at + i] = weights[i]! > 0 ? least + upTo - spent : 0;
    spent = upTo;
  }
}
