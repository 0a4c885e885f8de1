import { canonicalSha256 } from './canonical-sha256.js';

describe('canonicalSha256', () => {
  it('is the SHA-256 of the canonical text', () => {
    // printf '{"a":[1,"x"],"b":0.1}' | sha256sum
    expect(canonicalSha256({ b: 0.1, a: [1, 'x'] })).toBe('e5c3d418771266dea559ae8ae2ce6fd14ff6f605b84d297b64a5e2efb55639c2');
  });

  it('does not depend on the order of keys, and does on the order of lists', () => {
    expect(canonicalSha256({ a: 1, b: { c: 2, d: 3 } })).toBe(canonicalSha256({ b: { d: 3, c: 2 }, a: 1 }));
    expect(canonicalSha256([1, 2])).not.toBe(canonicalSha256([2, 1]));
  });

  it('refuses what JSON cannot say', () => {
    expect(() => canonicalSha256(undefined)).toThrow(TypeError);
    expect(() => canonicalSha256({ a: Number.NaN })).toThrow();
  });
});
