import { SigningClock } from './signing-clock.js';

const START_MS = 1_764_000_000_000;

/** A machine whose clocks and venue a test moves. */
function aMachine() {
  const at = { wallMs: START_MS, monotonicMs: 1_000, offsetMs: 0, roundTripMs: 20, isAway: false };
  const seen: string[] = [];
  const told = (fields: object) => void seen.push((fields as { event: string }).event);
  const serverTime = async () => {
    if (at.isAway) throw new Error('away');
    return { serverMs: at.wallMs + at.offsetMs, roundTripMs: at.roundTripMs, offsetMs: at.offsetMs };
  };
  const clock = new SigningClock({ serverTime, clock: { nowMs: () => at.wallMs }, monotonicMs: () => at.monotonicMs, log: { info: told, warn: told, error: told } });
  const pass = (ms: number) => {
    at.wallMs += ms;
    at.monotonicMs += ms;
  };
  return { at, clock, pass, seen };
}

it('is not known before it was read, and goes on by the time that passes', async () => {
  const { at, clock, pass, seen } = aMachine();
  expect([clock.nowMs(), clock.doubt()]).toEqual([null, 'not read yet']);
  at.offsetMs = 250;
  await clock.read();
  pass(1_500);
  expect(clock.nowMs()).toBe(START_MS + 250 + 1_500);
  expect(seen).toEqual([]);
});

it.each([[500, true], [501, false], [-501, false]])('trusts a venue whose clock moved by %i ms between two readings: %s', async (moved, isTrusted) => {
  const { at, clock, pass, seen } = aMachine();
  await clock.read();
  pass(30_000);
  at.offsetMs = moved;
  await clock.read();
  expect(clock.nowMs()).toBe(isTrusted ? START_MS + 30_000 + moved : null);
  // The next reading finds it where it was: it is known again.
  pass(1_000);
  await clock.read();
  expect(clock.nowMs()).toBe(START_MS + 31_000 + moved);
  expect(seen).toEqual(isTrusted ? [] : ['clock-suspect', 'clock-trusted']);
});

it.each([[1_000, true], [1_001, false]])('trusts a reading that took %i ms: %s', async (roundTripMs, isTrusted) => {
  const { at, clock } = aMachine();
  at.roundTripMs = roundTripMs;
  await clock.read();
  expect(clock.nowMs() !== null).toBe(isTrusted);
});

it('doubts at once where the clock of the machine was set, or the machine slept', async () => {
  const { at, clock } = aMachine();
  await clock.read();
  at.wallMs += 500;
  expect(clock.nowMs()).toBe(START_MS);
  at.wallMs += 1;
  expect(clock.nowMs()).toBeNull();
  at.wallMs = START_MS - 501;
  expect(clock.nowMs()).toBeNull();
});

it('goes on for two minutes while the venue does not answer', async () => {
  const { at, clock, pass } = aMachine();
  await clock.read();
  at.isAway = true;
  await expect(clock.read()).rejects.toThrow('away');
  pass(120_000);
  expect(clock.nowMs()).toBe(START_MS + 120_000);
  pass(1);
  expect(clock.nowMs()).toBeNull();
});
