import * as fc from 'fast-check';
import { VenueFailure } from '#application';
import type { ReadRemedy } from './classify-read.js';
import { DEFAULT_RETRY } from './mexc-options.js';
import { readWithRetry, retryDelayMs, type Tried } from './read-with-retry.js';

function failed(remedy: ReadRemedy = 'retry', retryAfterMs?: number): Tried<string> {
  return { kind: 'failure', failure: new VenueFailure('transient', 'no', { cause: null, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }), remedy };
}

async function ask(answers: readonly Tried<string>[], costMs = 0): Promise<{ value: string | VenueFailure; tries: number; pauses: number[]; resyncs: number }> {
  let [nowMs, tries, resyncs] = [0, 0, 0];
  const pauses: number[] = [];
  const pause = (ms: number): Promise<void> => (pauses.push(ms), (nowMs += ms), Promise.resolve());
  const value = await readWithRetry(() => ((nowMs += costMs), Promise.resolve(answers[Math.min(tries++, answers.length - 1)]!)), {
    limits: DEFAULT_RETRY,
    timer: { every: () => () => {}, pause },
    random: () => 0.999,
    monotonicMs: () => nowMs,
    resyncClock: () => Promise.resolve((resyncs += 1)),
  }).catch((error: unknown) => error as VenueFailure);
  return { value, tries, pauses, resyncs };
}
const good: Tried<string> = { kind: 'value', value: 'good' };

describe('readWithRetry', () => {
  it('asks once where that does', async () => expect(await ask([good])).toMatchObject({ value: 'good', tries: 1, pauses: [] }));

  it('asks four times at most, doubling the longest wait', async () => {
    expect(await ask([failed(), failed(), failed(), good])).toMatchObject({ value: 'good', tries: 4, pauses: [250, 500, 999] });
    expect(await ask([failed()])).toMatchObject({ value: { kind: 'transient' }, tries: 4 });
  });

  it('does not ask again where that does not help', async () => expect(await ask([failed('none'), good])).toMatchObject({ value: { kind: 'transient' }, tries: 1 }));

  it('reads the clock before it asks again about it', async () => expect(await ask([failed('resync-clock'), good])).toMatchObject({ value: 'good', resyncs: 1 }));

  it('waits for as long as it is told to', async () => expect(await ask([failed('retry', 7_000), good])).toMatchObject({ value: 'good', pauses: [7_000] }));

  it('gives up rather than begin a try after 30 s', async () => {
    expect(await ask([failed('retry', 31_000)])).toMatchObject({ tries: 1, pauses: [] });
    expect(await ask([failed()], 10_000)).toMatchObject({ tries: 3 }); // 10 s a try: the fourth would begin after the thirtieth second.
  });
});

it('retryDelayMs is anywhere below a limit that doubles, and never below Retry-After', () => {
  const cases = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.double({ min: 0, max: 0.999, noNaN: true }), fc.option(fc.integer({ min: 0, max: 60_000 })));
  fc.assert(
    fc.property(cases, ([attempt, chance, retryAfterMs]) => {
      const failure = new VenueFailure('transient', 'no', { cause: null, ...(retryAfterMs === null ? {} : { retryAfterMs }) });
      const limitMs = Math.min(DEFAULT_RETRY.maxDelayMs, DEFAULT_RETRY.baseDelayMs * 2 ** (attempt - 1));
      const delayMs = retryDelayMs(failure, attempt, chance, DEFAULT_RETRY);
      expect(delayMs).toBeGreaterThanOrEqual(retryAfterMs ?? 0);
      expect(delayMs).toBeLessThanOrEqual(Math.max(limitMs, retryAfterMs ?? 0));
    }),
  );
});
