import { parseRequest } from '../rest/rest-request.js';
import { authenticate, isTimely, type Account } from './authentication.js';

const ACCOUNT: Account = { id: 'main', key: 'simulator-key', secret: 'simulator-secret' };
const ACCOUNTS = new Map([[ACCOUNT.key, ACCOUNT]]);
const NOW_MS = 1_700_000_000_000;
// By Python: hmac.new(b'simulator-secret', QUERY, hashlib.sha256).hexdigest()
const QUERY = 'symbol=HANAUSDT&timestamp=1700000000000&recvWindow=5000';
const SIGNATURE = 'b14b70ed93c04dc3347d71ff6b5495a3744f388b5f3d9983cb2d4a9820866a81';

interface Sent {
  readonly apiKey?: string | null;
  readonly method?: string;
  readonly contentType?: string | null;
  readonly body?: string;
  readonly nowMs?: number;
}

function check(query: string, { apiKey = ACCOUNT.key, method = 'GET', contentType = null, body = '', nowMs = NOW_MS }: Sent = {}): string {
  try {
    return authenticate(parseRequest({ method, target: `/api/v3/account?${query}`, body, apiKey, contentType, address: 'local' }), ACCOUNTS, nowMs).id;
  } catch (error) {
    return String((error as { readonly code?: number }).code);
  }
}

describe('isTimely', () => {
  // timestamp < serverTime + 1000 && serverTime - timestamp <= recvWindow
  it.each([
    { name: 'exactly the window old', timestampMs: NOW_MS - 5_000, expected: true },
    { name: 'one older than the window', timestampMs: NOW_MS - 5_001, expected: false },
    { name: 'just under a second ahead', timestampMs: NOW_MS + 999, expected: true },
    { name: 'a whole second ahead', timestampMs: NOW_MS + 1_000, expected: false },
  ])('$name: $expected', ({ timestampMs, expected }) => {
    expect(isTimely(timestampMs, 5_000, NOW_MS)).toBe(expected);
  });

  it('does not let a large window excuse a clock that is ahead', () => {
    expect(isTimely(NOW_MS + 1_000, 60_000, NOW_MS)).toBe(false);
  });
});

describe('authenticate', () => {
  it('takes a signature over the query as it was sent', () => {
    expect(check(`${QUERY}&signature=${SIGNATURE}`)).toBe('main');
  });

  it('refuses the same signature in capitals, over another order of parameters, or of another secret', () => {
    expect(check(`${QUERY}&signature=${SIGNATURE.toUpperCase()}`)).toBe('700002');
    expect(check(`timestamp=1700000000000&symbol=HANAUSDT&recvWindow=5000&signature=${SIGNATURE}`)).toBe('700002');
    expect(check(`${QUERY}&signature=${SIGNATURE.replace('b', 'a')}`)).toBe('700002');
    expect(check(`${QUERY}&signature=ü`)).toBe('700002');
  });

  it('signs the query and the body after each other, without a sign between them', () => {
    const signature = 'cb18a15c15c7c214e2d29895a1f9cb1a8eb22edd9c0b6cf5c2aee6ebb41266de'; // timestamp=1700000000000symbol=HANAUSDT
    expect(check(`timestamp=1700000000000&signature=${signature}`, { body: 'symbol=HANAUSDT' })).toBe('main');
  });

  it('tells apart what is missing and what is wrong', () => {
    expect(check(`${QUERY}&signature=${SIGNATURE}`, { apiKey: null })).toBe('400');
    expect(check(`${QUERY}&signature=${SIGNATURE}`, { apiKey: 'another-key' })).toBe('10072');
    expect(check(QUERY)).toBe('700004');
    expect(check(`symbol=HANAUSDT&signature=${SIGNATURE}`)).toBe('700004');
    expect(check(`timestamp=soon&signature=${SIGNATURE}`)).toBe('700004');
  });

  it("judges the time by the server's clock", () => {
    expect(check(`${QUERY}&signature=${SIGNATURE}`, { nowMs: NOW_MS + 5_000 })).toBe('main');
    expect(check(`${QUERY}&signature=${SIGNATURE}`, { nowMs: NOW_MS + 5_001 })).toBe('700003');
    expect(check(`${QUERY}&signature=${SIGNATURE}`, { nowMs: NOW_MS - 1_000 })).toBe('700003');
  });
});

describe('the content type', () => {
  it.each([
    { name: 'none of a GET', sent: {}, expected: 'main' },
    { name: 'none of a POST', sent: { method: 'POST' }, expected: '700013' },
    { name: 'none of a DELETE', sent: { method: 'DELETE' }, expected: '700013' },
    { name: 'a form', sent: { method: 'POST', contentType: 'application/x-www-form-urlencoded' }, expected: '700013' },
    { name: 'JSON', sent: { method: 'POST', contentType: 'application/json' }, expected: 'main' },
    { name: 'JSON with its characters', sent: { method: 'DELETE', contentType: 'Application/JSON; charset=utf-8' }, expected: 'main' },
    { name: 'a longer word', sent: { method: 'POST', contentType: 'application/json5' }, expected: '700013' },
  ])('$name: $expected', ({ sent, expected }) => {
    expect(check(`${QUERY}&signature=${SIGNATURE}`, sent)).toBe(expected);
  });
});
