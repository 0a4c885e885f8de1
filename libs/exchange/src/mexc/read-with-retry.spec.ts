import * as fc from 'fast-check';
import { VenueFailure } from '#application';
import type { ReadRemedy } from './classify-read.js';
import { DEFAULT_RETRY } from './mexc-options.js';
import { readWithRetry, retryDelayMs, type RetryParts, type Tried } from './read-with-retry.js';

function failed(remedy: ReadRemedy = 'retry', retryAfterMs?: number): Tried<string> {
  return { kind: 'failure', failure: new VenueFailure('transient', 'no', { cause: null, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }), remedy };
}

async function ask(answers: readonly Tried<string>[], costMs = 0, resyncMs = 0): Promise<{ value: string | VenueFailure; tries: number; pauses: number[]; resyncs: number }> {
  let [nowMs, tries, resyncs] = [0, 0, 0];
  const pauses: number[] = [];
  const pause = (ms: number): Promise<void> => (pauses.push(ms), (nowMs += ms), Promise.resolve());
  const value = await readWithRetry(() => ((nowMs += costMs), Promise.resolve(answers[Math.min(tries++, answers.length - 1)]!)), {
    limits: DEFAULT_RETRY,
    timer: { every: () => () => {}, pause },
    random: () => 0.999,
    monotonicMs: () => nowMs,
    resyncClock: () => ((nowMs += resyncMs), Promise.resolve((resyncs += 1))),
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
    expect(await ask([failed('resync-clock')], 0, 31_000)).toMatchObject({ tries: 1, resyncs: 1 }); // The clock alone took longer.
    expect(await ask([failed()], 10_000)).toMatchObject({ tries: 3 }); // 10 s a try: the fourth would begin after the thirtieth second.
  });
});

/** A timer whose pauses end only by their signal. */
const endless = {
  every: () => () => {},
  pause: (_ms: number, signal?: AbortSignal) =>
    new Promise<void>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
    }),
};
const waiting = (change: Partial<RetryParts>): RetryParts => ({
  limits: DEFAULT_RETRY, timer: endless, random: () => 0.999, monotonicMs: () => 0, resyncClock: () => Promise.resolve(), ...change,
});

describe('whoever does not want the answer any more', () => {
  const never = new Promise<never>(() => {});

  it.each<[string, Tried<string>, Partial<RetryParts>]>([
    ['a pause of 29 s between tries', failed('retry', 29_000), {}],
    ['a reading of the clock that never ends', failed('resync-clock'), { timer: { ...endless, pause: () => Promise.resolve() }, resyncClock: () => never }],
  ])('need not wait for %s', async (_name, answer, change) => {
    const stop = new AbortController();
    const asked = readWithRetry(() => (setImmediate(() => setImmediate(() => stop.abort(new Error('told to stop')))), Promise.resolve(answer)), waiting(change), stop.signal);
    await expect(asked).rejects.toThrow('told to stop');
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
