import { ListBacktestsQuery, SubmitBacktest } from './backtests.js';
import { CoverageQuery } from './candles.js';

const SPEC = { exchange: 'MEXC', interval: '1m', assets: ['HANA', 'TRUTH'] };
const placesOf = (parsed: ReturnType<typeof SubmitBacktest.safeParse>) => parsed.error?.issues.map(({ path }) => path.join('/')) ?? [];

const CONTROLS = [
  { what: 'a NUL, which Postgres cannot store', text: 'a\0b' },
  { what: 'an escape sequence for the terminal of whoever lists runs', text: '\u001b[2J' },
  { what: 'half of a surrogate pair', text: '\ud800' },
];

describe.each(CONTROLS)('text with $what', ({ text }) => {
  it.each([
    ['name', { name: text }, 'name'],
    ['a tag', { tags: ['fine', text] }, 'tags/1'],
    ['the note', { note: text }, 'note'],
  ])('is refused in %s', (_field, given, place) => {
    expect(placesOf(SubmitBacktest.safeParse({ ...SPEC, ...given }))).toEqual([place]);
  });

  it.each(['exchange', 'interval', 'tag'])('is refused in the filter %s of the list', (field) => {
    expect(ListBacktestsQuery.safeParse({ [field]: text.slice(0, 4) }).success).toBe(false);
  });

  it.each(['exchange', 'base', 'interval'])('is refused in the filter %s of the coverage', (field) => {
    expect(CoverageQuery.safeParse({ [field]: text.slice(0, 4) }).success).toBe(false);
  });
});

it('takes text of any script, and a note of several lines', () => {
  const labels = { name: '币安人生 <b> =1+1 🚀', tags: ['ночь'], note: 'one\ntwo\tthree\r\n' };
  expect(SubmitBacktest.parse({ ...SPEC, ...labels })).toMatchObject(labels);
});

describe('periodicRebalanceDays', () => {
  it.each([0, -1, 1e-300, 1 / 1441, 3650.1])('refuses %d', (periodicRebalanceDays) => {
    expect(placesOf(SubmitBacktest.safeParse({ ...SPEC, periodicRebalanceDays }))).toEqual(['periodicRebalanceDays']);
  });

  it('takes a minute, the shortest interval there is', () => {
    expect(SubmitBacktest.parse({ ...SPEC, periodicRebalanceDays: 1 / 1440 }).periodicRebalanceDays).toBe(1 / 1440);
  });
});
