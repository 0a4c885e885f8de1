import { ServerClock } from './server-clock.js';

describe('ServerClock', () => {
  it("is the machine's clock plus its shift", () => {
    const clock = new ServerClock(() => 1_000_000, 30_000);
    expect(clock.nowMs()).toBe(1_030_000);
    clock.setShift(-2_000);
    expect(clock.nowMs()).toBe(998_000);
  });

  it("lets the venue's time stand after a jump back until the clock has caught up", () => {
    let machineMs = 1_000_000;
    const clock = new ServerClock(() => machineMs);
    expect(clock.venueMs()).toBe(1_000_000);
    clock.setShift(-5_000);
    machineMs += 3_000; // The clock says 998,000.
    expect([clock.nowMs(), clock.venueMs()]).toEqual([998_000, 1_000_000]);
    machineMs += 4_000; // 1,002,000.
    expect(clock.venueMs()).toBe(1_002_000);
  });

  it("starts no earlier than the venue's time that was kept", () => {
    expect(new ServerClock(() => 500, 0, 900).venueMs()).toBe(900);
  });
});
