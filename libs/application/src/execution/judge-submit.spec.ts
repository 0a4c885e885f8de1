import type { Refusal, RefusalReaction } from '../ports/trading.port.js';
import { judgeSubmit, judgeUnsent, reactionTo } from './judge-submit.js';

const NOW_MS = 1_000_000;
const at = (attemptNo: number, chance = 0) => ({ attemptNo, nowMs: NOW_MS, chance });
const refusal = (change: Partial<Refusal> = {}): Refusal => ({
  proof: 'venue', isRetryable: true, reaction: 'none', retryAfterMs: null, httpStatus: 400, code: '700003', message: 'Timestamp outside', ...change,
});
const refused = (change: Partial<Refusal>, context = at(1)) => judgeSubmit({ kind: 'refused', refusal: refusal(change) }, context);

it('takes an acknowledgment for the venue\'s having the order', () => {
  expect(judgeSubmit({ kind: 'acknowledged', venueOrderId: 'C02__1' }, at(1))).toEqual({
    change: { attemptTo: 'acked', event: 'acknowledged', venueOrderId: 'C02__1' }, next: { take: 'resolve' },
  });
});

it('never tries again what is unknown, not even at the first attempt', () => {
  const outcome = { kind: 'unknown', cause: 'HTTP 502', httpStatus: 502, code: null } as const;
  expect(judgeSubmit(outcome, at(1))).toEqual({
    change: { attemptTo: 'unknown', event: 'lost', reason: 'HTTP 502', outcome: { httpStatus: 502, code: null, cause: 'HTTP 502' } }, next: { take: 'resolve' },
  });
});

describe('refusals that may be tried again', () => {
  it('keeps the attempt as rejected and the intent as new', () => {
    expect(refused({})).toMatchObject({ change: { attemptTo: 'rejected', event: 'refused-for-now', reason: '700003: Timestamp outside', outcome: { httpStatus: 400, code: '700003' } }, next: { take: 'retry' } });
  });

  it('keeps an attempt that was not sent as such', () => {
    expect(refused({ proof: 'not-sent', code: null, message: 'ECONNREFUSED' })).toMatchObject({ change: { attemptTo: 'not-sent', event: 'not-sent', reason: 'ECONNREFUSED' } });
  });

  it.each([
    // 1 s × 2^(attempt − 1), of which chance takes up to half.
    [1, 0, 1_000], [1, 1, 500], [2, 0, 2_000], [3, 0, 4_000], [4, 0, 8_000], [4, 0.5, 6_000],
  ])('attempt %d with chance %d comes again after %d ms', (attemptNo, chance, delayMs) => {
    expect(refused({}, at(attemptNo, chance)).next).toEqual({ take: 'retry', atMs: NOW_MS + delayMs });
  });

  it.each<[string, Partial<Refusal>, number]>([
    ['a limit of requests without a word', { reaction: 'wait' }, 10_000],
    ['a limit of requests that asks for less', { reaction: 'wait', retryAfterMs: 3_000 }, 10_000],
    ['a limit of requests that asks for more', { reaction: 'wait', retryAfterMs: 45_000 }, 45_000],
    ['the firewall', { reaction: 'open-breaker', retryAfterMs: 600_000 }, 600_000],
    ['maintenance', { reaction: 'open-breaker' }, 10_000],
    ['a clock that went wrong', { reaction: 'resync-clock' }, 1_000],
    ['a connection refused', { proof: 'not-sent' }, 1_000],
  ])('after %s', (_, change, delayMs) => {
    expect(refused(change).next).toEqual({ take: 'retry', atMs: NOW_MS + delayMs });
  });

  it.each(['venue', 'not-sent'] as const)('gives up after the fifth, proven by %s', (proof) => {
    expect(refused({ proof }, at(4)).next.take).toBe('retry');
    expect(refused({ proof }, at(5))).toMatchObject({ change: { event: 'refused', reason: 'the last of 5 attempts: 700003: Timestamp outside' }, next: { take: 'end' } });
  });
});

it.each<RefusalReaction>(['reconcile-balances', 'refresh-rules', 'disable-market', 'cool-down-market', 'halt-account', 'none'])('ends the leg at a final refusal that asks for %s', (reaction) => {
  expect(refused({ isRetryable: false, reaction, code: '30004', message: 'Insufficient position' })).toMatchObject({
    change: { attemptTo: 'rejected', event: 'refused', reason: '30004: Insufficient position' }, next: { take: 'end' },
  });
});

it('takes a claim that went stale for not sent', () => {
  expect(judgeUnsent('1500 ms went by', at(1))).toEqual({
    change: { attemptTo: 'not-sent', event: 'not-sent', reason: '1500 ms went by', outcome: { httpStatus: null, code: null, cause: '1500 ms went by' } },
    next: { take: 'retry', atMs: NOW_MS + 1_000 },
  });
});

describe('a server that cannot prove who it is', () => {
  it.each(['SELF_SIGNED_CERT_IN_CHAIN self-signed certificate in certificate chain', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID', 'CERT_HAS_EXPIRED', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'])('halts the account: %s', (message) => {
    expect(reactionTo(refusal({ proof: 'not-sent', message })).reaction).toBe('halt-account');
  });

  it('does not where the venue itself used such words, or a connection was refused', () => {
    expect(reactionTo(refusal({ proof: 'venue', message: 'CERT_' })).reaction).toBe('none');
    expect(reactionTo(refusal({ proof: 'not-sent', message: 'ECONNREFUSED' })).reaction).toBe('none');
  });
});
