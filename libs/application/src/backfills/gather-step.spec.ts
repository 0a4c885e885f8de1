import { CandleColumnsBuilder } from '#domain';
import { VenueFailure } from '../ports/venue-failure.js';
import { StepGatherer } from './gather-step.js';

const MINUTE_MS = 60_000;

/** Candles of these minutes, all minutes up to `coveredTo` having been asked for. */
function aPage(minutes: readonly number[], coveredTo: number) {
  const columns = new CandleColumnsBuilder(1);
  for (const minute of minutes) columns.push({ openTimeMs: minute * MINUTE_MS, open: 1, high: 1, low: 1, close: 1, volume: 1 });
  return { columns: columns.take(), coveredToMs: coveredTo * MINUTE_MS };
}

const gathererFrom = (minute: number) => new StepGatherer(minute * MINUTE_MS, MINUTE_MS);

it('makes one step of pages that go on from each other, an empty one too, and begins anew after it', () => {
  const gatherer = gathererFrom(10);
  gatherer.add(aPage([10, 11], 11), 0);
  gatherer.add(aPage([], 14), 0);
  gatherer.add(aPage([16], 16), 0);
  const { columns, ...range } = gatherer.take();
  expect(range).toEqual({ fromMs: 10 * MINUTE_MS, nextFromMs: 17 * MINUTE_MS });
  expect(Array.from(columns.openTimesMs, (ms) => ms / MINUTE_MS)).toEqual([10, 11, 16]);
  expect([gatherer.isEmpty, gatherer.nextFromMs]).toEqual([true, 17 * MINUTE_MS]);
});

it.each([
  { name: 'begins before the last one ended', page: aPage([11, 12], 13) },
  { name: 'ends before the last one ended', page: aPage([], 11) },
  { name: 'has a candle after what it covers', page: aPage([12, 14], 13) },
])('refuses a page that $name, and keeps what it had', ({ page }) => {
  const gatherer = gathererFrom(10);
  gatherer.add(aPage([10, 11], 11), 0);
  expect(() => gatherer.add(page, 0)).toThrow(VenueFailure);
  const { nextFromMs, columns } = gatherer.take();
  expect([nextFromMs, columns.openTimesMs.length]).toEqual([12 * MINUTE_MS, 2]);
});
