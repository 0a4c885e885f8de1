import { z } from 'zod';

const CONTROL_FREE = /^[^\p{Cc}\p{Cs}]*$/u;
const CONTROL_FREE_LINES = /^(?:[^\p{Cc}\p{Cs}]|[\t\r\n])*$/u;

/**
 * Text that goes to the database and to terminals. Postgres stores no NUL, half a surrogate pair comes back as another
 * character, and an escape sequence would steer the terminal of whoever lists runs.
 */
export const lineOfText = (maxCharacters: number) =>
  z.string().max(maxCharacters).regex(CONTROL_FREE, 'expected one line of text without control characters');

/** The same over several lines. */
export const linesOfText = (maxCharacters: number) =>
  z.string().max(maxCharacters).regex(CONTROL_FREE_LINES, 'expected text without control characters other than tabs and line ends');

export const AssetName = z.string().regex(/^[\p{Lu}\p{Lo}\p{N}.-]{1,32}$/u, 'expected an upper case asset name such as HANA');
