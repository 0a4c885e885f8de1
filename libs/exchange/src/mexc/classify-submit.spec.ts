import { classifySubmit } from './classify-submit.js';
import { readAnswer, type MexcAnswer } from './mexc-answer.js';

const TIMING = { sentMonotonicMs: 0, receivedMonotonicMs: 10, receivedMs: 1_764_000_000_000 };
const PAGE = '<html><body>maintenance</body></html>';

function answered(status: number, body: string, retryAfter: string | null = null): MexcAnswer {
  return readAnswer({ kind: 'answered', status, retryAfter, body }, TIMING, (text) => text);
}
const coded = (code: number | string, status = 400): MexcAnswer => answered(status, JSON.stringify({ code, msg: 'words', _extend: null }));
const classify = (answer: MexcAnswer) => classifySubmit(answer, 'HANAUSDT');

describe('an order that MEXC answered with 200', () => {
  const accepted = (change: object = {}): MexcAnswer => answered(200, JSON.stringify({ symbol: 'HANAUSDT', orderId: 'C02__385413065019117569043', ...change }));

  it('is acknowledged where the id is one and the market is echoed', () => {
    expect(classify(accepted())).toEqual({ kind: 'acknowledged', venueOrderId: 'C02__385413065019117569043' });
  });

  it.each(['385413065019117569043', 'dd44f79dda764c2e927a190ac5e7a1e5'])('knows an id such as %s', (orderId) => {
    expect(classify(accepted({ orderId }))).toEqual({ kind: 'acknowledged', venueOrderId: orderId });
  });

  it.each([
    ['another market', accepted({ symbol: 'AIAUSDT' })],
    ['no market', accepted({ symbol: undefined })],
    ['a word for an id', accepted({ orderId: 'success' })],
    ['a page for an id', accepted({ orderId: PAGE })],
    ['a short id', accepted({ orderId: '12' })],
    ['no id', accepted({ orderId: undefined })],
    ['nothing for an id', accepted({ orderId: null })],
    ['a rounded number for an id', accepted({ orderId: 2 ** 68 })],
    ['an empty object', answered(200, '{}')],
    ['an empty body', answered(200, '')],
    ['a page', answered(200, PAGE)],
    ['truncated JSON', answered(200, '{"symbol":"HANAUSDT","orderId":"C02__38541306')],
    ['a list', answered(200, '[{"symbol":"HANAUSDT","orderId":"C02__385413065019117569043"}]')],
    ['a bare text', answered(200, '"C02__385413065019117569043"')],
    ['null', answered(200, 'null')],
  ])('is unknown with %s', (_name, answer) => expect(classify(answer)).toMatchObject({ kind: 'unknown', httpStatus: 200 }));
});

describe('an order without an answer', () => {
  it('was refused for certain where no byte of it was written', () => {
    expect(classify({ kind: 'not-sent', cause: 'ENOTFOUND' })).toEqual({
      kind: 'refused',
      refusal: { proof: 'not-sent', isRetryable: true, reaction: 'none', retryAfterMs: null, httpStatus: null, code: null, message: 'ENOTFOUND' },
    });
  });

  it('is unknown once it was written', () => {
    expect(classify({ kind: 'lost', cause: 'ECONNRESET' })).toEqual({ kind: 'unknown', cause: 'ECONNRESET', httpStatus: null, code: null });
  });
});

describe('a server error', () => {
  it.each([500, 502, 503, 504, 520, 530])('HTTP %i is unknown, as a page and as JSON', (status) => {
    expect(classify(answered(status, PAGE)).kind).toBe('unknown');
    expect(classify(answered(status, '{}')).kind).toBe('unknown');
    expect(classify(coded(30004, status)).kind).toBe('unknown'); // A code of a final refusal proves nothing here.
    expect(classify(coded(604, status)).kind).toBe('unknown');
  });

  it.each([500, 501, 503, 504, 20002, 730000])('code %i is unknown, whatever the status', (code) => {
    for (const status of [200, 400, 500]) expect(classify(coded(code, status))).toMatchObject({ kind: 'unknown', code: String(code) });
  });
});

describe('a refusal for the number of requests', () => {
  it.each([
    ['429 with a code', coded(429, 429), 'wait'],
    ['429 as a page', answered(429, PAGE), 'wait'],
    ['429 as a code of 400', coded(429), 'wait'],
    ['510 as a code', coded(510), 'wait'],
    ['510 as both', coded(510, 510), 'wait'],
    ['418', answered(418, ''), 'open-breaker'],
  ])('%s: not placed, a new attempt no sooner than in 10 s', (_name, answer, reaction) => {
    expect(classify(answer)).toMatchObject({ kind: 'refused', refusal: { proof: 'venue', isRetryable: true, reaction, retryAfterMs: 10_000 } });
  });

  it.each([
    ['3', 10_000],
    ['120', 120_000],
    ['Mon, 24 Nov 2025 16:01:00 GMT', 60_000], // The answer came at 1764000000 = 2025-11-24T16:00:00Z.
    ['soon', 10_000],
    ['', 10_000],
    ['-5', 10_000], // Which Date.parse takes for a day of May 2001.
    ['1.5', 10_000],
    ['20.5', 20_500],
    ['1000000000', 3 * 86_400_000], // Longer than any ban is.
    ['9'.repeat(400), 3 * 86_400_000],
    ['Fri, 24 Nov 2125 16:01:00 GMT', 3 * 86_400_000],
    ['Sun, 24 Nov 1925 16:01:00 GMT', 10_000],
  ])('honors Retry-After %s', (retryAfter, retryAfterMs) => {
    expect(classify(answered(429, PAGE, retryAfter))).toMatchObject({ refusal: { retryAfterMs } });
  });

  it('does not take a bare 510 of a proxy for one', () => expect(classify(answered(510, PAGE)).kind).toBe('unknown'));
});

describe('a 403', () => {
  it('of the firewall, a page, opens the breaker for ten minutes', () => {
    const refusal = { proof: 'venue', isRetryable: true, reaction: 'open-breaker', retryAfterMs: 600_000, httpStatus: 403 };
    expect(classify(answered(403, PAGE))).toMatchObject({ kind: 'refused', refusal });
    expect(classify(answered(403, ''))).toMatchObject({ kind: 'refused', refusal });
  });

  it('of MEXC itself, JSON, halts the account', () => {
    const refusal = { proof: 'venue', isRetryable: false, reaction: 'halt-account', httpStatus: 403 };
    expect(classify(coded(403, 403))).toMatchObject({ kind: 'refused', refusal });
    expect(classify(answered(403, '{"msg":"no permission"}'))).toMatchObject({ kind: 'refused', refusal });
  });
});

describe.each([200, 400])('a code, with HTTP %i', (status) => {
  const rows: readonly (readonly [readonly (number | string)[], boolean, string])[] = [
    [[700003, 10073], true, 'resync-clock'],
    [[604, 801, 11444], true, 'open-breaker'],
    [[10101, 30004, 30005, 2005], false, 'reconcile-balances'],
    [[30002, 30003, 10096, 10097, 30087, 30010, 30025, 88013], false, 'refresh-rules'],
    [[30000, 30001, 30014, 30016, 30021, 10007, -1121], false, 'disable-market'],
    [[30018, 30019, 30041, 30027, 30028, 30029, 30030, 30031, 30032], false, 'cool-down-market'],
    [[401, 403, 602, 10072, 70011, 700001, 700002, 700006, 700007, 60005], false, 'halt-account'],
  ];
  const cases = rows.flatMap(([codes, isRetryable, reaction]) => codes.map((code) => ({ code, isRetryable, reaction })));

  it.each(cases)('$code: refused, $reaction, retryable $isRetryable', ({ code, isRetryable, reaction }) => {
    const expected = { proof: 'venue', isRetryable, reaction, retryAfterMs: null, httpStatus: status, code: String(code), message: 'words' };
    expect(classify(coded(code, status))).toEqual({ kind: 'refused', refusal: expected });
    expect(classify(coded(String(code), status))).toEqual({ kind: 'refused', refusal: expected });
  });

  it.each([603, -2013, -2011, 22222, 30051, 402, 999_999, 'words'])('%s is unknown', (code) => {
    expect(classify(coded(code, status))).toMatchObject({ kind: 'unknown', code: String(code), httpStatus: status });
  });
});

it.each([200, 400, 403, 429])('a refusal with HTTP %i that names an order all the same is unknown', (status) => {
  const body = { symbol: 'HANAUSDT', orderId: 'C02__385413065019117569043', code: 30004, msg: 'words' };
  expect(classify(answered(status, JSON.stringify(body)))).toMatchObject({ kind: 'unknown', httpStatus: status });
});

describe('anything else', () => {
  it.each([
    ['400 without a code', answered(400, '{"msg":"no"}')],
    ['400 as a page', answered(400, PAGE)],
    ['404 as a page', answered(404, PAGE)],
    ['408', answered(408, '')],
    ['a redirect', answered(302, '')],
    ['201 with an order', answered(201, '{"symbol":"HANAUSDT","orderId":"C02__385413065019117569043"}')],
    ['a code that is no text', answered(400, '{"code":{"a":1}}')],
    ['401 as a page', answered(401, PAGE)],
  ])('%s is unknown', (_name, answer) => expect(classify(answer).kind).toBe('unknown'));
});
