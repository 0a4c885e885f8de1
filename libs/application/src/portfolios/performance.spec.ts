import type { EquityPoint } from './portfolio.js';
import { performanceOf, readPerformance } from './performance.js';

const DAY_MS = 86_400_000;
const NOW_MS = 100 * DAY_MS;

const aPoint = (daysAgo: number, change: Partial<EquityPoint> = {}): EquityPoint => ({
  atMs: NOW_MS - daysAgo * DAY_MS, equity: 1_000, cash: 0, flows: 0, returnIndex: 1, drawdown: 0, ...change,
});

it('counts each return from the last point by then', () => {
  // 1.32 is 10 % above 1.2, 20 % above 1.1, and 32 % above 1; of 31 and 30 days ago the latter counts for the month.
  const points = [
    aPoint(40, { flows: 1_000 }), aPoint(31, { returnIndex: 0.5 }), aPoint(30, { returnIndex: 1.056 }), aPoint(8, { returnIndex: 1.1 }),
    aPoint(1, { returnIndex: 1.2 }), aPoint(0, { equity: 1_320, returnIndex: 1.32 }),
  ];
  const performance = performanceOf(points, NOW_MS);
  expect(performance.asOfMs).toBe(NOW_MS);
  expect(performance.sinceStart).toBeCloseTo(0.32, 12);
  expect(performance.lastDay).toBeCloseTo(0.1, 12);
  expect(performance.lastWeek).toBeCloseTo(0.2, 12);
  // 1.32 / 1.056 = 1.25.
  expect(performance.lastMonth).toBeCloseTo(0.25, 12);
});

it('takes no money put in for a gain, and none taken out for a loss', () => {
  // 1,000 put in, 500 more, 300 out: 1,200 net. Worth 1,260 at the end.
  const points = [aPoint(3, { flows: 1_000 }), aPoint(2, { equity: 1_500, flows: 500 }), aPoint(1, { equity: 1_200, flows: -300 }), aPoint(0, { equity: 1_260, returnIndex: 1.05 })];
  expect(performanceOf(points, NOW_MS)).toMatchObject({ netDeposits: 1_200, gain: 60, maxDrawdown: 0 });
  expect(performanceOf(points, NOW_MS).sinceStart).toBeCloseTo(0.05, 12);
});

it('tells the worst drawdown, also of points that were left out', () => {
  const points = [aPoint(3), aPoint(2, { drawdown: 0.4 }), aPoint(1, { drawdown: 0.1 }), aPoint(0)];
  expect(performanceOf(points, NOW_MS).maxDrawdown).toBe(0.4);
});

it('has no return over a time that it has not lived through, or since all was lost', () => {
  const points = [aPoint(2, { returnIndex: 0 }), aPoint(1.5, { returnIndex: 0 }), aPoint(0, { returnIndex: 0 })];
  expect(performanceOf(points, NOW_MS)).toMatchObject({ sinceStart: null, lastDay: null, lastWeek: null, lastMonth: null });
});

it('is nothing before the first point', () => {
  expect(performanceOf([], NOW_MS)).toEqual({
    asOfMs: null, sinceStart: null, lastDay: null, lastWeek: null, lastMonth: null, maxDrawdown: null, netDeposits: 0, gain: null,
  });
});

it('finds a point just before each horizon where those of the whole are too far apart', async () => {
  // Every hour for 50 days, 1 % up each: thinned, the last point by a day ago is hours older.
  const hourly = Array.from({ length: 50 * 24 + 1 }, (_none, hour) => aPoint(50 - hour / 24, { returnIndex: 1.01 ** hour, flows: hour === 0 ? 1_000 : 0 }));
  const within = (fromMs: number, toMs: number) => hourly.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
  const store = {
    equity: async (_id: string, fromMs: number, toMs: number, limit: number) => {
      const asked = within(fromMs, toMs);
      return limit === 1 ? asked.slice(-1) : asked.filter((_point, index) => index % 100 === 0);
    },
  };
  const performance = await readPerformance(store, 'pf_one', NOW_MS);
  expect(performance.lastDay).toBeCloseTo(1.01 ** 24 - 1, 9);
  expect(performance.lastWeek).toBeCloseTo(1.01 ** (7 * 24) - 1, 9);
  expect(performance.lastMonth).toBeCloseTo(1.01 ** (30 * 24) - 1, 6);
  expect(performance.netDeposits).toBe(1_000);
});
