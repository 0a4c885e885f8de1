import type { TradingMode } from '../portfolio/portfolio-configuration.js';

const DIGITS = 'abcdefghijklmnopqrstuvwxyz234567';
const SHA256_HEX = /^[0-9a-f]{64}$/;
const OURS = /^r[a-z2-7]{25}$/;
const [LENGTH, BITS_A_DIGIT] = [25, 5] as const;

/**
 * The id that an attempt goes under, from the SHA-256 of its `clientOrderIdText`: 'r' and the first 125 bits in base32
 * (RFC 4648, lower case). 26 characters, which MEXC's undocumented limit of 32 holds, and no word of what is traded.
 * @throws RangeError for anything but 64 lower-case hex digits
 */
export function clientOrderIdOf(sha256Hex: string): string {
  if (!SHA256_HEX.test(sha256Hex)) throw new RangeError('a client order id is made of a SHA-256 in 64 lower-case hex digits');
  let bits = BigInt(`0x${sha256Hex}`) >> BigInt(256 - LENGTH * BITS_A_DIGIT);
  let id = '';
  for (let place = 0; place < LENGTH; place++) {
    id = DIGITS[Number(bits & 31n)]! + id;
    bits >>= 5n;
  }
  return `r${id}`;
}

/** What is hashed: all that tells an attempt from any other, so that every process derives the same id for it. */
export function clientOrderIdText(mode: TradingMode, accountId: string, intentId: string, attemptNo: number): string {
  return `${mode}|${accountId}|${intentId}|${attemptNo}`;
}

/** Whether an order at the venue can be one of ours, sent by this or another installation. */
export function isOurClientOrderId(id: string): boolean {
  return OURS.test(id);
}
