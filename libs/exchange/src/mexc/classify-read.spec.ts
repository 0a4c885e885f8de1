import type { VenueFailureKind } from '#application';
import { classifyRead, type ReadRemedy } from './classify-read.js';
import { penaltyOf, readAnswer, type MexcAnswer } from './mexc-answer.js';

const TIMING = { sentMonotonicMs: 0, receivedMonotonicMs: 10, receivedMs: 1_764_000_000_000 };
const PAGE = '<html>gateway</html>';

function answered(status: number, body: string, retryAfter: string | null = null): MexcAnswer {
  return readAnswer({ kind: 'answered', status, retryAfter, body }, TIMING, (text) => text);
}
const coded = (code: number, status = 400): MexcAnswer => answered(status, JSON.stringify({ code, msg: 'words' }));

describe('classifyRead', () => {
  it.each<[string, MexcAnswer, VenueFailureKind, ReadRemedy]>([
    ['no connection', { kind: 'not-sent', cause: 'ENOTFOUND' }, 'transient', 'retry'],
    ['no whole answer', { kind: 'lost', cause: 'ECONNRESET' }, 'transient', 'retry'],
    ['500 as a page', answered(500, PAGE), 'transient', 'retry'],
    ['502 as JSON', answered(502, '{}'), 'transient', 'retry'],
    ['code 500 with 200', coded(500, 200), 'transient', 'retry'],
    ['code 504', coded(504), 'transient', 'retry'],
    ['code 20002', coded(20002), 'transient', 'retry'],
    ['an unknown code with 500', coded(999_999, 500), 'transient', 'retry'],
    ['404 as a page', answered(404, PAGE), 'transient', 'retry'],
    ['408', answered(408, '{}'), 'transient', 'retry'],
    ['429', answered(429, PAGE, '2'), 'rate-limited', 'retry'],
    ['code 429', coded(429), 'rate-limited', 'retry'],
    ['code 510', coded(510), 'rate-limited', 'retry'],
    ['418', answered(418, '', '60'), 'banned', 'none'],
    ['403 of the firewall', answered(403, PAGE), 'banned', 'none'],
    ['700003', coded(700003), 'clock-skew', 'resync-clock'],
    ['10073', coded(10073), 'clock-skew', 'resync-clock'],
    ['604', coded(604), 'maintenance', 'none'],
    ['801', coded(801), 'maintenance', 'none'],
    ['11444', coded(11444), 'maintenance', 'none'],
    ['10072', coded(10072), 'auth', 'none'],
    ['700002', coded(700002), 'auth', 'none'],
    ['602', coded(602), 'auth', 'none'],
    ['402', coded(402), 'auth', 'none'],
    ['401 as JSON', answered(401, '{}'), 'auth', 'none'],
    ['700007', coded(700007), 'permission', 'none'],
    ['700006', coded(700006), 'permission', 'none'],
    ['70011', coded(70011), 'permission', 'none'],
    ['403 as JSON', coded(403, 403), 'permission', 'none'],
    ['-1121', coded(-1121), 'unknown-market', 'none'],
    ['-2013', coded(-2013), 'refused', 'none'],
    ['an unknown code', coded(999_999), 'refused', 'none'],
    ['an unknown code with 200', coded(999_999, 200), 'refused', 'none'],
    ['200 as a page', answered(200, PAGE), 'malformed-response', 'retry'],
    ['200 without a body', answered(200, ''), 'malformed-response', 'retry'],
    ['200 cut short', answered(200, '[[1764000000000,"1"'), 'malformed-response', 'retry'],
    ['a redirect', answered(302, ''), 'wrong-host', 'none'],
  ])('%s', (_name, answer, kind, remedy) => {
    expect(classifyRead(answer, 'the question')).toMatchObject({ kind: 'failure', failure: { kind }, remedy });
  });

  it.each(['{}', '[]', '{"code":200,"data":[]}', '{"code":0}', '{"success":true,"code":7,"data":1}'])('%s with 200 is an answer', (body) => {
    expect(classifyRead(answered(200, body), 'the question')).toMatchObject({ kind: 'answer', answer: { json: JSON.parse(body) } });
  });

  it.each([
    ['<!DOCTYPE html>\n<html><head><title>\n418 I\'m a teapot</title></head><body>…</body></html>', "HTTP 418, a page titled '418 I'm a teapot'"],
    ['<html><body>denied</body></html>', 'HTTP 418, a page without a title'],
  ])('says of a page what it is titled, and shows no markup: %j', (page, words) => {
    expect(classifyRead(answered(418, page), 'the question')).toMatchObject({ failure: { message: `the question: ${words}` } });
  });

  it('says what was asked, what came, and when to come again', () => {
    const verdict = classifyRead(answered(429, '{"code":429,"msg":"slow down"}', '2'), 'quotes of HANAUSDT');
    expect(verdict).toMatchObject({
      failure: { message: 'quotes of HANAUSDT: HTTP 429, code 429, slow down', details: { retryAfterMs: 2_000, httpStatus: 429, code: '429' } },
    });
  });
});

describe('penaltyOf', () => {
  it.each<[string, MexcAnswer, object | null]>([
    ['429 with its time', answered(429, '', '7'), { kind: 'rate-limited', retryAfterMs: 7_000 }],
    ['code 510', coded(510), { kind: 'rate-limited', retryAfterMs: null }],
    ['418', answered(418, '', '120'), { kind: 'banned', retryAfterMs: 120_000 }],
    ['the firewall', answered(403, PAGE), { kind: 'banned', retryAfterMs: 600_000 }],
    ['403 of MEXC itself', coded(403, 403), null],
    ['a server error', answered(503, PAGE), null],
    ['an answer', answered(200, '{}'), null],
    ['no answer', { kind: 'lost', cause: 'ECONNRESET' }, null],
  ])('%s', (_name, answer, penalty) => expect(penaltyOf(answer)).toEqual(penalty));
});
