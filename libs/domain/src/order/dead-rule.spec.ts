import { countsAsVote, judgeUnknown, type UnknownAttempt } from './dead-rule.js';

/** Signed and created at 100,000 with a window of 5 s: the fence ends at 106,000. Found missing three times since 110,000. */
const ATTEMPT = { signMs: 100_000, receiveWindowMs: 5_000, notFoundVotes: 3, firstVoteMs: 110_000, createdMs: 100_000 };
const look = (over: Partial<UnknownAttempt> = {}, attempt: Partial<UnknownAttempt['attempt']> = {}) => judgeUnknown({
  serverNowMs: 140_000, isInOpenOrders: false, hasTradeSince: false, isBalanceUnchanged: true, ...over, attempt: { ...ATTEMPT, ...attempt },
});

it('holds an attempt for dead where everything says so', () => {
  expect(look()).toEqual({ kind: 'dead' });
});

// A third of 30 s between two looks: the third vote, and with the fourth look the thirty seconds.
it.each<[string, Partial<UnknownAttempt>, Partial<UnknownAttempt['attempt']>, number]>([
  ['its request may still be accepted', { serverNowMs: 106_000 }, { firstVoteMs: 50_000 }, 106_001],
  ['it was signed for later', {}, { signMs: 140_000 }, 146_001],
  ['too few looks did not find it', {}, { notFoundVotes: 2 }, 150_000],
  ['nobody has looked', {}, { notFoundVotes: 0, firstVoteMs: null }, 150_000],
  ['the looks are too close together', { serverNowMs: 139_999 }, {}, 149_999],
  ['it is among the open orders', { isInOpenOrders: true }, {}, 150_000],
  ['there is a trade of it', { hasTradeSince: true }, {}, 150_000],
  ['balances have changed', { isBalanceUnchanged: false }, {}, 150_000],
])('waits while %s', (_name, over, attempt, untilMs) => {
  expect(look(over, attempt)).toEqual({ kind: 'wait', untilMs });
});

it('is dead from the first millisecond on which all of it holds', () => {
  expect(look({ serverNowMs: 106_001 }, { firstVoteMs: 76_001 })).toEqual({ kind: 'dead' });
  expect(look({ serverNowMs: 140_000 }, { firstVoteMs: 110_000 })).toEqual({ kind: 'dead' });
});

// Created at 100,000, and half an hour is 1,800,000.
it('asks a person after half an hour, and looks once more just then', () => {
  expect(look({ serverNowMs: 1_899_999, hasTradeSince: true })).toEqual({ kind: 'wait', untilMs: 1_900_000 });
  expect(look({ serverNowMs: 1_900_000, hasTradeSince: true })).toEqual({ kind: 'needs-human' });
  expect(look({ serverNowMs: 1_900_000, isBalanceUnchanged: false })).toEqual({ kind: 'needs-human' });
});

it('rather says dead than asks a person, where all of it holds', () => {
  expect(look({ serverNowMs: 2_000_000 })).toEqual({ kind: 'dead' });
});

it('takes other limits', () => {
  const limits = { minVotes: 1, minSpreadMs: 0, fenceExtraMs: 0, humanAfterMs: 1_000 };
  expect(look({ serverNowMs: 105_001, limits }, { notFoundVotes: 1, firstVoteMs: 105_001 })).toEqual({ kind: 'dead' });
  expect(look({ serverNowMs: 105_001, limits: { humanAfterMs: 5_001 } })).toEqual({ kind: 'needs-human' });
});

it.each([[106_000, false], [106_001, true], [105_000, false]])('counts an answer at %d as a vote: %s', (serverNowMs, expected) => {
  expect(countsAsVote(100_000, 5_000, serverNowMs)).toBe(expected);
});

// From the fence on, one look at each time that is said: votes at 106,001, 116,001, 126,001 and dead at 136,001.
it('is dead after the least number of looks where it is never found', () => {
  let [serverNowMs, notFoundVotes, firstVoteMs, looks] = [100_500, 0, null as number | null, 0];
  for (;;) {
    if (countsAsVote(100_000, 5_000, serverNowMs)) [notFoundVotes, firstVoteMs] = [notFoundVotes + 1, firstVoteMs ?? serverNowMs];
    looks += 1;
    const verdict = look({ serverNowMs }, { notFoundVotes, firstVoteMs });
    if (verdict.kind !== 'wait') break;
    serverNowMs = verdict.untilMs;
  }
  expect([serverNowMs, notFoundVotes, looks]).toEqual([136_001, 4, 5]);
});
