import type { IdSource } from '#application';

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Ids in the form of ULIDs, one after the other: the same run has the same ones. */
export function countedIds(nowMs: () => number): IdSource {
  let count = 0;
  return {
    next: (prefix) => {
      count += 1;
      return `${prefix}_${base32(nowMs(), 10)}${base32(count, 16)}`;
    },
  };
}

function base32(value: number, length: number): string {
  let [rest, text] = [value, ''];
  for (let place = 0; place < length; place += 1) {
    text = DIGITS[rest % 32]! + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
