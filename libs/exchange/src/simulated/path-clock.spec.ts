import { PathClock } from './path-clock.js';

const FROM_MS = 600_000;

describe("the clock of a path whose course is changed", () => {
  it('goes on at the new speed from where it is, and tells past times as they were', () => {
    const clock = new PathClock(FROM_MS, 60);
    clock.change(FROM_MS + 1_000, { speed: 2 });
    expect(clock.pathMs(FROM_MS + 500)).toBe(FROM_MS + 30_000);
    expect(clock.pathMs(FROM_MS + 1_000)).toBe(FROM_MS + 60_000);
    expect(clock.pathMs(FROM_MS + 1_500)).toBe(FROM_MS + 61_000);
    expect(clock.clockMs(FROM_MS + 30_000)).toBe(FROM_MS + 500);
    expect(clock.clockMs(FROM_MS + 61_000)).toBe(FROM_MS + 1_500);
  });

  it('stands, skips time at once, and is at all of the skipped times when it skips them', () => {
    const clock = new PathClock(FROM_MS, 1);
    clock.change(FROM_MS + 100, { speed: 0 });
    expect(clock.pathMs(FROM_MS + 9_000)).toBe(FROM_MS + 100);
    expect(clock.clockMs(FROM_MS + 101)).toBe(Infinity);
    clock.change(FROM_MS + 10_000, { skipMs: 60_000 });
    expect(clock.pathMs(FROM_MS + 9_999)).toBe(FROM_MS + 100);
    expect(clock.pathMs(FROM_MS + 20_000)).toBe(FROM_MS + 60_100);
    expect(clock.clockMs(FROM_MS + 100)).toBe(FROM_MS + 100);
    expect([FROM_MS + 101, FROM_MS + 60_100].map((pathMs) => clock.clockMs(pathMs))).toEqual([FROM_MS + 10_000, FROM_MS + 10_000]);
  });

  it('takes two changes at the same time', () => {
    const clock = new PathClock(FROM_MS, 0);
    clock.change(FROM_MS + 5, { skipMs: 10 });
    clock.change(FROM_MS + 5, { skipMs: 10, speed: 1 });
    expect(clock.pathMs(FROM_MS + 5)).toBe(FROM_MS + 20);
    expect(clock.clockMs(FROM_MS + 21)).toBe(FROM_MS + 6);
    expect(clock.clockMs(FROM_MS + 7)).toBe(FROM_MS + 5);
  });

  it('goes on from what was kept', () => {
    const clock = new PathClock(FROM_MS, 60);
    clock.change(FROM_MS + 1_000, { speed: 0, skipMs: 7 });
    const again = new PathClock(FROM_MS, 60, clock.changes);
    expect(again.pathMs(FROM_MS + 5_000)).toBe(FROM_MS + 60_007);
  });
});
