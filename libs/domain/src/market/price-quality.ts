/**
 * Why a price must not be acted upon. `stale`: too old. `frozen`: answers come, the quote does not change. `spiking`: too
 * far from the last accepted one, and not confirmed yet. `invalid`: zero, negative, crossed or no number. `future`: dated
 * ahead of the venue's clock. `missing`: never seen, or the venue left it out.
 */
export type PriceFlag = 'stale' | 'frozen' | 'spiking' | 'invalid' | 'future' | 'missing';

/** The latest accepted quote of a market. Floats on purpose: decisions are made with them, orders are not. */
export interface LatestPrice {
  readonly marketId: string;
  readonly bid: number;
  readonly ask: number;
  /** Half of their sum. */
  readonly mid: number;
  readonly exchangeMs: number;
  readonly receivedMs: number;
  /** When the quote last differed from the one before, by the venue's clock. */
  readonly changedMs: number;
  /** Null: fresh and good as far as its ingestor could tell. Age must be judged by the reader, by its own clock. */
  readonly flag: PriceFlag | null;
}

/** What the venue said, as numbers: NaN where it said none. Sizes only tell whether the quote is alive. */
export interface RawQuote {
  readonly bid: number;
  readonly ask: number;
  readonly bidQuantity: number;
  readonly askQuantity: number;
  readonly exchangeMs: number;
  readonly receivedMs: number;
}

export interface PriceLimits {
  /** A quote that is older by the venue's clock is not fresh. */
  readonly staleMs: number;
  /** A quote dated further ahead of the venue's clock is not believed. */
  readonly futureMs: number;
  /** A quote that has not changed for longer is not believed to be alive. */
  readonly frozenMs: number;
  /** A mid further from the last accepted one than this fraction of it waits for a second one. */
  readonly spikeFraction: number;
  /** The second one confirms it when it lies within this fraction of the first. */
  readonly confirmFraction: number;
}

export const PRICE_LIMITS: PriceLimits = { staleMs: 10_000, futureMs: 2_000, frozenMs: 900_000, spikeFraction: 0.25, confirmFraction: 0.05 };

type Quote = Pick<RawQuote, 'bid' | 'ask' | 'bidQuantity' | 'askQuantity'>;

/** What must be remembered of a market between two quotes. */
export interface PriceState {
  /** The last quote that was believed, flag null or `frozen`; null: none yet. */
  readonly accepted: LatestPrice | null;
  /** The last valid quote, believed or not, to tell whether it changes; its quantities are null where another process saw it. */
  readonly seen: (Pick<Quote, 'bid' | 'ask'> & { readonly quantities: readonly [number, number] | null }) | null;
  readonly changedMs: number;
  /** A mid too far away to be believed alone, and when it was quoted. */
  readonly suspect: { readonly mid: number; readonly exchangeMs: number } | null;
}

export interface PriceVerdict {
  readonly state: PriceState;
  /** What may be told: the quote itself where it was believed, else the last one that was, flagged. Null: there is none. */
  readonly price: LatestPrice | null;
}

/** Begins where another process ended, from what it last published; null: with nothing. */
export function priceStateFrom(published: LatestPrice | null): PriceState {
  if (published === null) return { accepted: null, seen: null, changedMs: 0, suspect: null };
  const { bid, ask, changedMs } = published;
  return { accepted: published, seen: { bid, ask, quantities: null }, changedMs, suspect: null };
}

/**
 * Judges a quote by the ones before it. A flagged quote never takes the place of the accepted one, but for a frozen one,
 * which is the accepted one again. `venueNowMs`: the venue's clock now; a null quote is one that the venue left out.
 */
export function judgeQuote(marketId: string, state: PriceState, quote: RawQuote | null, venueNowMs: number, limits: PriceLimits): PriceVerdict {
  if (quote === null) return flagged(state, 'missing');
  if (!isValid(quote)) return flagged(state, 'invalid');
  if (quote.exchangeMs - venueNowMs > limits.futureMs) return flagged(state, 'future');
  if (venueNowMs - quote.exchangeMs > limits.staleMs || isOvertaken(state, quote, venueNowMs, limits)) return flagged(state, 'stale');
  const looked = looking(state, quote);
  const mid = midOf(quote);
  if (isSpike(looked, mid, quote.exchangeMs, limits)) return flagged({ ...looked, suspect: { mid, exchangeMs: quote.exchangeMs } }, 'spiking');
  return accepted(marketId, looked, quote, limits);
}

/** The flag of a price by the clock of whoever wants to act on it: a good one grows stale by itself. */
export function flagNow(price: LatestPrice | null, venueNowMs: number, maxAgeMs: number): PriceFlag | null {
  if (price === null) return 'missing';
  if (price.flag !== null) return price.flag;
  return venueNowMs - price.exchangeMs > maxAgeMs ? 'stale' : null;
}

function isValid({ bid, ask, exchangeMs }: RawQuote): boolean {
  return Number.isFinite(bid) && Number.isFinite(ask) && Number.isFinite(exchangeMs) && bid > 0 && bid <= ask;
}

/** A late answer: what was accepted since is newer. One of the future is not newer, it is from before the clock went back. */
function isOvertaken({ accepted: last }: PriceState, quote: RawQuote, venueNowMs: number, limits: PriceLimits): boolean {
  return last !== null && quote.exchangeMs < last.exchangeMs && last.exchangeMs - venueNowMs <= limits.futureMs;
}

/** Halves first: the sum of two very large ones would be infinite. */
const midOf = ({ bid, ask }: Pick<Quote, 'bid' | 'ask'>): number => bid / 2 + ask / 2;

function looking(state: PriceState, quote: RawQuote): PriceState {
  const { bid, ask, bidQuantity, askQuantity, exchangeMs } = quote;
  const seen = { bid, ask, quantities: [bidQuantity, askQuantity] as const };
  return { ...state, seen, changedMs: hasChanged(state.seen, seen) ? exchangeMs : state.changedMs };
}

function hasChanged(before: PriceState['seen'], now: NonNullable<PriceState['seen']>): boolean {
  if (before === null || before.bid !== now.bid || before.ask !== now.ask) return true;
  if (before.quantities === null || now.quantities === null) return false;
  return !before.quantities.every((quantity, side) => Object.is(quantity, now.quantities?.[side]));
}

/** Without an accepted one there is nothing to be far from. */
function isSpike({ accepted: last, suspect }: PriceState, mid: number, exchangeMs: number, limits: PriceLimits): boolean {
  if (last === null || isNear(mid, last.mid, limits.spikeFraction)) return false;
  const isConfirmed = suspect !== null && exchangeMs > suspect.exchangeMs && isNear(mid, suspect.mid, limits.confirmFraction);
  return !isConfirmed;
}

const isNear = (price: number, reference: number, fraction: number): boolean => Math.abs(price - reference) <= fraction * reference;

function accepted(marketId: string, state: PriceState, quote: RawQuote, limits: PriceLimits): PriceVerdict {
  const { bid, ask, exchangeMs, receivedMs } = quote;
  const flag = exchangeMs - state.changedMs > limits.frozenMs ? 'frozen' : null;
  const price: LatestPrice = { marketId, bid, ask, mid: midOf(quote), exchangeMs, receivedMs, changedMs: state.changedMs, flag };
  return { state: { ...state, accepted: price, suspect: null }, price };
}

function flagged(state: PriceState, flag: PriceFlag): PriceVerdict {
  return { state, price: state.accepted === null ? null : { ...state.accepted, changedMs: state.changedMs, flag } };
}
