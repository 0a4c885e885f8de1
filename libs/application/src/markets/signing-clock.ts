import type { Clock } from '../ports/clock.port.js';
import type { EventLog } from '../ports/event-log.port.js';
import type { VenueClock } from '../ports/market-data.port.js';

export const SIGNING_CLOCK_LIMITS = {
  /** A clock that moved further between two readings was set, ours or theirs. */
  jumpMs: 500,
  /** A reading is right to within half of its round trip. */
  roundTripMs: 1_000,
  /** Without a new reading for so long nobody knows. */
  ageMs: 120_000,
} as const;

export interface SigningClockParts {
  readonly serverTime: () => Promise<VenueClock>;
  readonly clock: Clock;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonicMs: () => number;
  readonly log: EventLog;
}

interface Reading {
  readonly serverMs: number;
  readonly offsetMs: number;
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** The venue's clock as orders are signed by it: in doubt there is none, and nothing is sent until a good reading. */
export class SigningClock {
  private last: Reading | null = null;
  private suspicion: string | null = 'not read yet';

  constructor(private readonly parts: SigningClockParts) {}

  nowMs(): number | null {
    if (this.last === null || this.doubt() !== null) return null;
    return Math.floor(this.last.serverMs + (this.parts.monotonicMs() - this.last.monotonicMs));
  }

  /** Why it cannot be trusted; null: it can. */
  doubt(): string | null {
    if (this.last === null || this.suspicion !== null) return this.suspicion;
    const { monotonicMs, clock } = this.parts;
    const elapsedMs = monotonicMs() - this.last.monotonicMs;
    if (elapsedMs > SIGNING_CLOCK_LIMITS.ageMs) return 'it was not read for long';
    const driftMs = Math.abs(clock.nowMs() - this.last.wallMs - elapsedMs);
    return driftMs > SIGNING_CLOCK_LIMITS.jumpMs ? "this machine's clock was set, or the machine slept" : null;
  }

  /** @throws VenueFailure; what was known before then goes on, until it is too old */
  async read(): Promise<void> {
    const { serverTime, clock, monotonicMs } = this.parts;
    const { offsetMs, roundTripMs } = await serverTime();
    const wallMs = clock.nowMs();
    const before = this.last;
    // By the middle of the round trip, as the offset is.
    this.last = { serverMs: wallMs + offsetMs, offsetMs, monotonicMs: monotonicMs(), wallMs };
    this.judge(before, { offsetMs, roundTripMs });
  }

  private judge(before: Reading | null, { offsetMs, roundTripMs }: { readonly offsetMs: number; readonly roundTripMs: number }): void {
    const was = this.suspicion;
    this.suspicion = suspicionOf(before, offsetMs, roundTripMs);
    if (this.suspicion !== null) this.parts.log.warn({ event: 'clock-suspect', reason: this.suspicion, offsetMs, roundTripMs }, "Sends nothing until the venue's clock is known again");
    else if (was !== null && before !== null) this.parts.log.info({ event: 'clock-trusted', offsetMs }, "The venue's clock is known again");
  }
}

function suspicionOf(before: Reading | null, offsetMs: number, roundTripMs: number): string | null {
  if (roundTripMs > SIGNING_CLOCK_LIMITS.roundTripMs) return `its answer took ${Math.round(roundTripMs)} ms`;
  if (before === null) return null;
  const jumpMs = Math.abs(offsetMs - before.offsetMs);
  return jumpMs > SIGNING_CLOCK_LIMITS.jumpMs ? `it jumped by ${Math.round(jumpMs)} ms against this machine's` : null;
}
