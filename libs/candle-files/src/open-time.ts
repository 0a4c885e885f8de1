import { readDecimal } from '#domain';

/** Epoch numbers from here on are microseconds: as milliseconds they would be the year 5138, as microseconds 1973. */
const FIRST_MICROSECONDS = 1e14;

const DATE_TEXT = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:Z|\+00:?00)?)?$/;
const COMPACT_TEXT = /^(\d{4})(\d{2})(\d{2}) (\d{2})(\d{2})(\d{2})$/;

/**
 * The open time that a field spells, epoch ms UTC, or NaN. Three forms:
 * - an epoch number in milliseconds or (Binance Vision's spot files from 2025 on) microseconds;
 * - `2021-04-04 21:00:00`, with `T`, a fraction, `Z` or `+00:00` if they like, and read as UTC without them;
 * - `20260520 152900` of the MEXC exports. They name themselves after a form that stamps a bar's end; these stamp its
 *   beginning, in UTC: all 219 rows that an excerpt shares with a series of known open times agree at no shift.
 * Microseconds that are no whole milliseconds stay a fraction, which no grid has.
 */
export function readOpenTimeMs(text: string): number {
  const number = readDecimal(text);
  if (!Number.isNaN(number)) return number >= FIRST_MICROSECONDS ? number / 1_000 : number;
  const parts = DATE_TEXT.exec(text) ?? COMPACT_TEXT.exec(text);
  return parts === null ? NaN : utcMs(parts);
}

function utcMs([, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0']: readonly string[]): number {
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number);
  const timeMs = Date.UTC(y!, mo! - 1, d, h, mi, s);
  // Date.UTC takes the 31st of February for the 3rd of March; what does not come back the same was no date.
  const date = new Date(timeMs);
  const isReal = date.getUTCMonth() === mo! - 1 && date.getUTCDate() === d && h! < 24 && mi! < 60 && s! < 60;
  return isReal ? timeMs + Number(`0.${fraction}`) * 1_000 : NaN;
}
