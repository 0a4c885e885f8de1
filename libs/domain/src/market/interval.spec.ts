import { CANDLE_INTERVALS, ceilToGrid, floorToGrid, INTERVAL_MS, gridAnchorMs, isCandleInterval, isOnGrid, lastClosedOpenMs } from './interval.js';

describe('candle intervals', () => {
  it('knows each name once, growing', () => {
    const lengths = CANDLE_INTERVALS.map((name) => INTERVAL_MS[name]);
    expect(lengths).toEqual([...new Set(lengths)].sort((a, b) => a - b));
  });

  it.each([
    ['1m', 60_000],
    ['4h', 14_400_000],
    ['1d', 86_400_000],
    ['1w', 604_800_000],
  ] as const)('%s lasts %d ms', (name, ms) => expect(INTERVAL_MS[name]).toBe(ms));

  it.each(['1M', '60', '', '1s', 'toString', '__proto__'])('does not know %j', (text) => {
    expect(isCandleInterval(text)).toBe(false);
  });

  it('opens weekly candles on Mondays', () => {
    expect(new Date(gridAnchorMs('1w')).getUTCDay()).toBe(1);
    expect(isOnGrid(Date.UTC(2024, 0, 1), '1w')).toBe(true); // A Monday.
    expect(isOnGrid(Date.UTC(2024, 0, 4), '1w')).toBe(false); // A Thursday, as is the epoch's first day.
  });

  it.each([
    ['1h', Date.UTC(2024, 0, 1, 5), true],
    ['1h', Date.UTC(2024, 0, 1, 5, 30), false],
    ['4h', Date.UTC(2024, 0, 1, 8), true],
    ['4h', Date.UTC(2024, 0, 1, 9), false],
    ['1m', Date.UTC(2024, 0, 1, 0, 0, 0, 1), false],
    ['1m', 0.5, false],
  ] as const)('tells the grid of %s at %d: %s', (interval, timeMs, expected) => {
    expect(isOnGrid(timeMs, interval)).toBe(expected);
  });

  it.each([
    ['1h', '2024-01-01T05:30:00.000Z', '2024-01-01T05:00:00.000Z', '2024-01-01T06:00:00.000Z', '2024-01-01T04:00:00.000Z'],
    ['1h', '2024-01-01T05:00:00.000Z', '2024-01-01T05:00:00.000Z', '2024-01-01T05:00:00.000Z', '2024-01-01T04:00:00.000Z'],
    ['1m', '2024-01-01T05:00:00.001Z', '2024-01-01T05:00:00.000Z', '2024-01-01T05:01:00.000Z', '2024-01-01T04:59:00.000Z'],
    // A Thursday: its week began on Monday the first.
    ['1w', '2024-01-04T00:00:00.000Z', '2024-01-01T00:00:00.000Z', '2024-01-08T00:00:00.000Z', '2023-12-25T00:00:00.000Z'],
  ] as const)('of %s at %s: the grid before is %s, after %s, and what opened at %s has closed last', (interval, time, floor, ceil, closed) => {
    const timeMs = Date.parse(time);
    const found = [floorToGrid(timeMs, interval), ceilToGrid(timeMs, interval), lastClosedOpenMs(timeMs, interval)];
    expect(found.map((ms) => new Date(ms).toISOString())).toEqual([floor, ceil, closed]);
  });
});
