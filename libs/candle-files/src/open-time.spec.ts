import { readOpenTimeMs } from './open-time.js';

const AT = Date.UTC(2021, 3, 4, 21, 0, 0); // 2021-04-04T21:00Z

describe('readOpenTimeMs', () => {
  it.each([
    [String(AT), AT],
    [`${AT}000`, AT], // Microseconds.
    [`${AT}500`, AT + 0.5], // Microseconds that are no whole milliseconds: on no grid.
    ['2021-04-04 21:00:00', AT],
    ['2021-04-04T21:00:00Z', AT],
    ['2021-04-04 21:00:00+00:00', AT],
    ['2021-04-04 21:00', AT],
    ['2021-04-04 21:00:00.250', AT + 250],
    ['2021-04-04', AT - 21 * 3_600_000],
    ['20210404 210000', AT],
  ])('reads %s', (text, expected) => expect(readOpenTimeMs(text)).toBe(expected));

  it.each([
    '',
    'open_time',
    '2021-02-30 00:00:00',
    '2021-13-01 00:00:00',
    '2021-04-04 24:00:00',
    '2021-04-04 21:60:00',
    '20210404 250000',
    '2021-04-04 21:00:00+02:00',
    '04/04/2021 21:00',
    '20210404210000x',
  ])('reads no time from %j', (text) => expect(readOpenTimeMs(text)).toBeNaN());
});
