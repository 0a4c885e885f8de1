import { ServerClock, type ClockReading } from './server-clock.js';

const silent = { info() {}, warn() {}, error() {} };

/** A clock whose readings take 100 ms; the venue is 5 s ahead. */
function aClock() {
  const machine = { wallMs: 1_764_000_000_000, monotonicMs: 1_000, reads: 0, isDown: false };
  const pass = (ms: number): void => {
    machine.wallMs += ms;
    machine.monotonicMs += ms;
  };
  const ask = (): Promise<ClockReading> => {
    machine.reads += 1;
    if (machine.isDown) return Promise.reject(new Error('down'));
    const sentMonotonicMs = machine.monotonicMs;
    const serverMs = machine.wallMs + 50 + 5_000; // It answers in the middle.
    pass(100);
    return Promise.resolve({ serverMs, sentMonotonicMs, receivedMonotonicMs: machine.monotonicMs, receivedMs: machine.wallMs });
  };
  const clock = new ServerClock({ clock: { nowMs: () => machine.wallMs }, monotonicMs: () => machine.monotonicMs, log: silent, ask });
  return { machine, pass, clock };
}

describe('ServerClock', () => {
  it('takes the offset in the middle of the round trip', async () => {
    const { clock } = aClock();
    expect(await clock.read()).toEqual({ serverMs: 1_764_000_005_050, roundTripMs: 100, offsetMs: 5_000 });
  });

  it('goes on by the clock that does not jump', async () => {
    const { clock, machine, pass } = aClock();
    await clock.keepFresh();
    pass(30_000);
    expect(clock.estimateMs()).toBe(machine.wallMs + 5_000);
    machine.wallMs -= 10_000; // Somebody sets the machine's clock back.
    expect(clock.estimateMs()).toBe(machine.wallMs + 15_000);
  });

  it.each([
    ['a minute has passed', 60_001, 60_001, 2],
    ['a minute has not passed', 59_000, 59_000, 1],
    ['the clock was set', 10, -90_000, 2],
    ['the machine slept', 10, 90_000, 2],
  ])('reads again when %s', async (_name, monotonicMs, wallMs, reads) => {
    const { clock, machine } = aClock();
    await clock.keepFresh();
    machine.monotonicMs += monotonicMs;
    machine.wallMs += wallMs;
    await clock.keepFresh();
    expect(machine.reads).toBe(reads);
  });

  it('makes do with its last reading for ten minutes while the venue does not answer', async () => {
    const { clock, machine, pass } = aClock();
    await clock.keepFresh();
    machine.isDown = true;
    pass(599_000);
    await clock.keepFresh();
    expect(clock.estimateMs()).toBe(machine.wallMs + 5_000);
    pass(10_000);
    await expect(clock.keepFresh()).rejects.toThrow('down');
  });

  it('has no time before the first reading', () => expect(() => aClock().clock.estimateMs()).toThrow('was not read yet'));

  it('is read once for all who ask at the same time', async () => {
    const { clock, machine } = aClock();
    await Promise.all([clock.keepFresh(), clock.keepFresh(), clock.read()]);
    expect(machine.reads).toBe(1);
  });
});
