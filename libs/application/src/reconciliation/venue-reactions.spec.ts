import type { ExecutionVenue } from '../execution/execution-venue.port.js';
import type { Refusal, RefusalReaction } from '../ports/trading.port.js';
import { VenueReactions } from './venue-reactions.js';

const NOW_MS = 1_764_000_000_000;

const quiet = (): void => undefined;

const refused = (reaction: RefusalReaction, retryAfterMs: number | null = null): Refusal =>
  ({ proof: 'venue', isRetryable: false, reaction, retryAfterMs, httpStatus: 400, code: '30004', message: 'no' });

function reacting() {
  const done: string[] = [];
  const at = { nowMs: NOW_MS };
  const reactions = new VenueReactions({
    accounts: {
      halt: async (accountId, reason) => void done.push(`halt ${accountId}: ${reason}`),
      openBreaker: async ({ key, openUntilMs }) => void done.push(`breaker ${key} for ${openUntilMs - at.nowMs}`),
    },
    store: { quarantine: async (accountId, marketId, untilMs) => void done.push(`quarantine ${accountId} ${marketId} for ${untilMs - at.nowMs}`) },
    clock: { nowMs: () => at.nowMs }, log: { info: quiet, warn: quiet, error: quiet }, compareSoon: (accountId) => void done.push(`compare ${accountId}`),
  });
  const venue = { accountId: 'live', resyncClock: async () => void done.push('resync') } as unknown as ExecutionVenue;
  return { done, at, venue, reactions, react: (reaction: RefusalReaction, retryAfterMs?: number) => reactions.react(venue, 'HANAUSDT', refused(reaction, retryAfterMs)) };
}

it.each<[RefusalReaction, number | undefined, readonly string[]]>([
  ['none', undefined, []],
  ['wait', 5_000, []],
  ['resync-clock', undefined, ['resync']],
  ['open-breaker', undefined, ['breaker account:live for 600000']],
  ['open-breaker', 1_000, ['breaker account:live for 600000']],
  ['open-breaker', 900_000, ['breaker account:live for 900000']],
  ['reconcile-balances', undefined, ['compare live']],
  ['refresh-rules', undefined, []],
  ['disable-market', undefined, ['quarantine live HANAUSDT for 86400000']],
  ['cool-down-market', undefined, ['quarantine live HANAUSDT for 3600000']],
  ['halt-account', undefined, ['halt live: code 30004: no']],
])('%s (after %s ms): %j', async (reaction, retryAfterMs, expected) => {
  const { react, done } = reacting();
  await react(reaction, retryAfterMs);
  expect(done).toEqual(expected);
});

it('a second cool-down within an hour halts the account, a later one does not', async () => {
  const { react, done, at } = reacting();
  await react('cool-down-market');
  at.nowMs += 3_600_000;
  await react('cool-down-market');
  expect(done.filter((each) => each.startsWith('halt'))).toEqual([]);
  at.nowMs += 3_599_999;
  await react('cool-down-market');
  expect(done.filter((each) => each.startsWith('halt'))).toEqual(['halt live: twice within an hour: code 30004: no']);
});

it('a clock that cannot be read is no failure of the order', async () => {
  const { reactions, venue } = reacting();
  const away = { ...venue, resyncClock: () => Promise.reject(new Error('away')) } as ExecutionVenue;
  await reactions.react(away, 'HANAUSDT', { proof: 'venue', isRetryable: true, reaction: 'resync-clock', retryAfterMs: null, httpStatus: 400, code: '700003', message: 'late' });
});

it('five orders of unknown fate within a minute open the breaker, five in more do not', async () => {
  const { reactions, venue, done, at } = reacting();
  for (let order = 0; order < 5; order++) {
    await reactions.noteUnknown(venue, 'HANAUSDT', 'no answer');
    at.nowMs += 15_000; // The fifth comes 60,000 ms after the first.
  }
  expect(done).toEqual([]);
  at.nowMs += 60_000;
  for (let order = 0; order < 5; order++) {
    await reactions.noteUnknown(venue, 'HANAUSDT', 'no answer');
    at.nowMs += 14_000;
  }
  expect(done).toHaveLength(1);
  expect(done[0]).toMatch(/^breaker account:live/u);
});
