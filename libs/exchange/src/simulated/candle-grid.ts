const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** 1970-01-05, a Monday: weeks open on Mondays. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

/** Where candles open: every so many ms, or with each calendar month (UTC). */
export type CandleGrid = number | 'month';

/** The open time of the candle that holds a time, or of the first one that opens at or after it. */
export function firstOpenMs(grid: CandleGrid, timeMs: number, where: 'holding' | 'from'): number {
  const holdingMs = grid === 'month' ? monthOpenMs(monthOf(timeMs)) : anchor(grid) + Math.floor((timeMs - anchor(grid)) / grid) * grid;
  return where === 'holding' || holdingMs === timeMs ? holdingMs : nextOpenMs(grid, holdingMs);
}

/** @throws Error for what is no grid of whole minutes */
export function checkGrid(grid: CandleGrid): void {
  const isWhole = grid === 'month' || (Number.isInteger(grid / 60_000) && grid > 0);
  if (!isWhole) throw new Error(`candle interval: whole minutes, was ${grid} ms`);
}

export function nextOpenMs(grid: CandleGrid, openMs: number): number {
  return grid === 'month' ? monthOpenMs(monthOf(openMs) + 1) : openMs + grid;
}

function anchor(intervalMs: number): number {
  return intervalMs === WEEK_MS ? FIRST_MONDAY_MS : 0;
}

/** Months since January of the year 0 (H. Hinnant, "chrono-compatible low-level date algorithms"). */
function monthOf(timeMs: number): number {
  const days = Math.floor(timeMs / DAY_MS) + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  return 12 * (yearOfEra + 400 * era) + monthFromMarch + 2; // March is month 2, and January and February follow their year.
}

function monthOpenMs(month: number): number {
  const fromMarch = month - 2;
  const year = Math.floor(fromMarch / 12);
  const era = Math.floor(year / 400);
  const yearOfEra = year - era * 400;
  const dayOfYear = Math.floor((153 * (fromMarch - 12 * year) + 2) / 5);
  const dayOfEra = 365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * 146_097 + dayOfEra - 719_468) * DAY_MS;
}
