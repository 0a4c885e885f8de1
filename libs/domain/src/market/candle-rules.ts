import type { Candle } from './candle-columns.js';
import { INTERVAL_MS, isOnGrid, type CandleInterval } from './interval.js';

/** Why a row is not a candle, in words for a report. */
export const CANDLE_FAULTS = {
  'column-count': 'has not the number of columns that its file began with',
  'other-ticker': 'belongs to another symbol',
  'non-numeric': 'is not a number',
  'non-finite': 'is infinite or not a number (NaN)',
  'non-positive': 'must be above zero (a volume may be zero)',
  'high-below-low': 'high is below low',
  'open-or-close-outside-range': 'open or close lies outside low to high',
  'off-grid': "open time is not on the interval's grid",
  'in-the-future': 'candle was not closed yet',
  duplicate: 'open time is that of the row before',
  unsorted: 'open time is before that of an earlier row',
} as const;

export type CandleFault = keyof typeof CANDLE_FAULTS;
export type CandleField = keyof Candle;

export interface FoundFault {
  readonly reason: CandleFault;
  /** The field at fault, where there is one. */
  readonly field: CandleField | null;
}

export interface CandleRules {
  readonly interval: CandleInterval;
  readonly nowMs: number;
}

const PRICE_FIELDS = ['open', 'high', 'low', 'close'] as const;
const CANDLE_FIELDS = ['openTimeMs', ...PRICE_FIELDS, 'volume'] as const;

const NON_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;

/** True for text that names no finite number and yet is a number's name: NaN, inf, Infinity. */
export function spellsNonFinite(text: string): boolean {
  return NON_FINITE.test(text);
}

/**
 * The first rule that a candle breaks, or null. `previousOpenTimeMs` is that of the last row that was accepted
 * (-Infinity before the first), so one bad row does not condemn its neighbor.
 */
export function faultOf(candle: Candle, previousOpenTimeMs: number, rules: CandleRules): FoundFault | null {
  const fault = valueFault(candle);
  if (fault !== null) return fault;
  const reason = timeFault(candle.openTimeMs, previousOpenTimeMs, rules);
  return reason === null ? null : { reason, field: 'openTimeMs' };
}

function valueFault(candle: Candle): FoundFault | null {
  for (const field of CANDLE_FIELDS) {
    if (!Number.isFinite(candle[field])) return { reason: 'non-finite', field };
  }
  for (const field of PRICE_FIELDS) {
    if (candle[field] <= 0) return { reason: 'non-positive', field };
  }
  if (candle.volume < 0) return { reason: 'non-positive', field: 'volume' };
  return rangeFault(candle);
}

function rangeFault({ open, high, low, close }: Candle): FoundFault | null {
  if (high < low) return { reason: 'high-below-low', field: 'high' };
  if (open > high || open < low) return { reason: 'open-or-close-outside-range', field: 'open' };
  if (close > high || close < low) return { reason: 'open-or-close-outside-range', field: 'close' };
  return null;
}

function timeFault(openTimeMs: number, previousOpenTimeMs: number, rules: CandleRules): CandleFault | null {
  if (openTimeMs < 0) return 'non-positive';
  if (!Number.isSafeInteger(openTimeMs) || !isOnGrid(openTimeMs, rules.interval)) return 'off-grid';
  // A candle is closed, and final, when the next one may open.
  if (openTimeMs + INTERVAL_MS[rules.interval] > rules.nowMs) return 'in-the-future';
  if (openTimeMs === previousOpenTimeMs) return 'duplicate';
  if (openTimeMs < previousOpenTimeMs) return 'unsorted';
  return null;
}
