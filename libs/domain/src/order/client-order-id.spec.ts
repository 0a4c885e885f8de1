import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { clientOrderIdOf, clientOrderIdText, isOurClientOrderId } from './client-order-id.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

// printf '%s' TEXT | sha256sum | cut -d' ' -f1 | xxd -r -p | base32 -w0 | tr A-Z a-z | cut -c1-25
it.each([
  ['abc', 'rxj4bnp4pahh6uqkbidpf3lrce'],
  ['paper|paper-pf_1|oi_1|1', 'r6zs53bksdceilnn2fqyauia6b'],
  ['live|live-mexc|oi_1|2', 'rmy4xr5yfbg6vzlrv3hzsoiktr'],
])('writes the first 125 bits of the digest of "%s" as coreutils does', (text, expected) => {
  expect(clientOrderIdOf(sha256(text))).toBe(expected);
});

it('hashes all that tells an attempt from any other', () => {
  expect(clientOrderIdText('paper', 'paper-pf_1', 'oi_1', 1)).toBe('paper|paper-pf_1|oi_1|1');
  const ids = [
    clientOrderIdText('paper', 'a', 'oi_1', 1), clientOrderIdText('live', 'a', 'oi_1', 1), clientOrderIdText('paper', 'b', 'oi_1', 1),
    clientOrderIdText('paper', 'a', 'oi_2', 1), clientOrderIdText('paper', 'a', 'oi_1', 2),
  ].map((text) => clientOrderIdOf(sha256(text)));
  expect(new Set(ids).size).toBe(5);
});

it('keeps the leading zeros of a digest', () => {
  expect(clientOrderIdOf('0'.repeat(64))).toBe(`r${'a'.repeat(25)}`);
  expect(clientOrderIdOf(`${'0'.repeat(31)}8${'0'.repeat(32)}`)).toBe(`r${'a'.repeat(24)}b`);
});

it.each(['', 'abc', 'A'.repeat(64), `${'a'.repeat(63)}g`, 'a'.repeat(65)])('refuses "%s", which is no digest', (hex) => {
  expect(() => clientOrderIdOf(hex)).toThrow(RangeError);
});

it('recognises its own ids and no others', () => {
  fc.assert(fc.property(fc.string(), (text) => {
    expect(isOurClientOrderId(clientOrderIdOf(sha256(text)))).toBe(true);
  }));
  const ours = clientOrderIdOf(sha256('abc'));
  for (const other of ['', ours.slice(1), `${ours}a`, ours.toUpperCase(), `x${ours.slice(1)}`, `${ours.slice(0, -1)}1`, `${ours}\n`]) {
    expect(isOurClientOrderId(other)).toBe(false);
  }
});

const hexOf = (value: bigint): string => value.toString(16).padStart(64, '0');

// Two digests that differ in the first 125 bits differ in the id; what comes after does not matter.
it('depends on the first 125 bits alone', () => {
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), fc.integer({ min: 0, max: 255 }), (digest, bit) => {
    const flipped = digest ^ (1n << BigInt(bit));
    expect(clientOrderIdOf(hexOf(digest)) === clientOrderIdOf(hexOf(flipped))).toBe(bit < 256 - 125);
  }));
});
