import type { Clock, EventLog, VenueClock } from '#application';
import type { AnswerTiming } from './mexc-answer.js';
import { untilAborted } from './until-aborted.js';

export interface ClockReading extends AnswerTiming {
  readonly serverMs: number;
}

interface ServerClockParts {
  readonly clock: Clock;
  readonly monotonicMs: () => number;
  readonly log: EventLog;
  readonly ask: () => Promise<ClockReading>;
}

interface Sync {
  readonly serverMs: number;
  readonly monotonicMs: number;
  readonly wallMs: number;
}

const MAX_AGE_MS = 60_000;
/** What an estimate is good for while the venue does not tell its time: clocks drift by some 50 ms in it. */
const LONGEST_AGE_MS = 600_000;

/**
 * The venue's clock, estimated from one reading: right to within half of its round trip. It goes on by a clock that never
 * jumps; where the machine's own clock tells another story (it was set, or the machine slept), it is read anew.
 */
export class ServerClock {
  readonly #parts: ServerClockParts;
  #sync: Sync | null = null;
  #reading: Promise<VenueClock> | null = null;

  constructor(parts: ServerClockParts) {
    this.#parts = parts;
  }

  /** Reads the venue's clock now. Whoever asks meanwhile gets the same reading. */
  read(): Promise<VenueClock> {
    this.#reading ??= this.#ask().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  /** Makes sure that there is a fresh estimate; an older one has to do where the venue does not answer. */
  async keepFresh(signal?: AbortSignal): Promise<void> {
    const age = this.#ageMs();
    if (age <= MAX_AGE_MS) return;
    try {
      await untilAborted(this.read(), signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (age > LONGEST_AGE_MS) throw error;
      this.#parts.log.warn({ event: 'venue-clock-aged', ageMs: Math.round(age) }, "The venue's clock could not be read; the last reading goes on");
    }
  }

  /** The venue's time now, or at a reading of the clock that never jumps. */
  estimateMs(monotonicMs = this.#parts.monotonicMs()): number {
    if (this.#sync === null) throw new Error("the venue's clock was not read yet");
    return Math.round(this.#sync.serverMs + (monotonicMs - this.#sync.monotonicMs));
  }

  #ageMs(): number {
    if (this.#sync === null) return Infinity;
    const { monotonicMs, clock } = this.#parts;
    const byMonotonic = monotonicMs() - this.#sync.monotonicMs;
    return Math.max(byMonotonic, Math.abs(clock.nowMs() - this.#sync.wallMs));
  }

  async #ask(): Promise<VenueClock> {
    const { serverMs, sentMonotonicMs, receivedMonotonicMs, receivedMs } = await this.#parts.ask();
    const roundTripMs = receivedMonotonicMs - sentMonotonicMs;
    this.#sync = { serverMs, monotonicMs: receivedMonotonicMs - roundTripMs / 2, wallMs: receivedMs };
    return { serverMs, roundTripMs, offsetMs: serverMs - (receivedMs - roundTripMs / 2) };
  }
}
