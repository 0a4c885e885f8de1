import * as fc from 'fast-check';
import { basicPassword, bearerToken } from './credentials.js';
import { isDeeperThan } from './json-body.js';
import { isFromOwnOrigin } from './same-origin.js';

/** The plain way to tell: build it, then walk it. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('isDeeperThan', () => {
  it('agrees with a walk over the parsed value', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6, noUnicodeString: false }), fc.integer({ min: 0, max: 8 }), (text, limit) => {
        expect(isDeeperThan(Buffer.from(text), limit)).toBe(depthOf(JSON.parse(text)) > limit);
      }),
    );
  });

  it('is not misled by brackets and quotes inside of texts', () => {
    const text = JSON.stringify({ '[[[[': ['\\"[[[', '"', '\\', '[{'] });
    expect(isDeeperThan(Buffer.from(text), 2)).toBe(false);
    expect(isDeeperThan(Buffer.from(text), 1)).toBe(true);
  });
});

describe('credentials', () => {
  it.each([
    ['Bearer abc', 'abc'], ['bearer  abc ', 'abc'], ['Bearer', null], ['Bearer a b', null], ['Basic abc', null], [undefined, null], ['XBearer abc', null],
  ])('%j carries the token %j', (header, token) => {
    expect(bearerToken(header)).toBe(token);
  });

  it.each([
    ['me:secret', 'secret'], [':secret', 'secret'], ['me:with:colons', 'with:colons'], ['none', null], ['me:', ''],
  ])('%j as Basic carries the password %j', (text, password) => {
    expect(basicPassword(`Basic ${Buffer.from(text).toString('base64')}`)).toBe(password);
  });

  it.each(['Basic', 'Basic !!!', 'Bearer bWU6c2VjcmV0', undefined])('%j has no password', (header) => {
    expect(basicPassword(header)).toBeNull();
  });
});

describe('isFromOwnOrigin', () => {
  const host = 'app.example:3000';
  it.each([
    ['GET', { origin: 'https://evil.example' }, true],
    ['PUT', {}, true],
    ['PUT', { origin: 'http://app.example:3000' }, true],
    ['PUT', { origin: 'http://app.example:3001' }, false],
    ['PUT', { origin: 'http://app.example:3000.evil.example' }, false],
    ['PUT', { origin: 'null' }, false],
    ['POST', { 'sec-fetch-site': 'same-origin' }, true],
    ['POST', { 'sec-fetch-site': 'cross-site', origin: 'http://app.example:3000' }, false],
    ['DELETE', { 'sec-fetch-site': 'same-site' }, false],
  ])('%s with %j: %j', (method, headers, expected) => {
    expect(isFromOwnOrigin(method, { host, ...headers })).toBe(expected);
  });
});
