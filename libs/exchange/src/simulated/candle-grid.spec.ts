import { firstOpenMs, nextOpenMs } from './candle-grid.js';

const utc = (text: string) => Date.parse(`${text}Z`);

describe('months', () => {
  it('open where the calendar says, for 130 years, leap days and all', () => {
    for (let month = 0; month < 130 * 12; month++) {
      const openMs = Date.UTC(1970, month, 1);
      expect(firstOpenMs('month', openMs, 'from')).toBe(openMs);
      expect(firstOpenMs('month', Date.UTC(1970, month + 1, 1) - 1, 'holding')).toBe(openMs);
      expect(nextOpenMs('month', openMs)).toBe(Date.UTC(1970, month + 1, 1));
    }
  });
});

describe('a grid', () => {
  it.each([
    ['hour', 3_600_000, '2026-01-15T12:00:01', '2026-01-15T12:00:00', '2026-01-15T13:00:00'],
    ['hour, on its border', 3_600_000, '2026-01-15T12:00:00', '2026-01-15T12:00:00', '2026-01-15T12:00:00'],
    ['week, which opens on Monday', 604_800_000, '2026-01-15T12:00:00', '2026-01-12T00:00:00', '2026-01-19T00:00:00'],
    ['month', 'month', '2024-02-29T23:59:59', '2024-02-01T00:00:00', '2024-03-01T00:00:00'],
  ] as const)('of an %s', (_name, grid, time, holding, from) => {
    expect(firstOpenMs(grid, utc(time), 'holding')).toBe(utc(holding));
    expect(firstOpenMs(grid, utc(time), 'from')).toBe(utc(from));
  });
});
