import type { Clock, IdSource, Timer } from '#application';
import type { HttpSend } from '#exchange';

/** Time, chance, ids and the way to the exchange, handed in: the whole of this process then runs in a simulation as it does here. */
export interface Effects {
  readonly clock: Clock;
  readonly timer: Timer;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonicMs: () => number;
  /** 0 to 1. */
  readonly random: () => number;
  readonly ids: IdSource;
  /** Left out: over the network. */
  readonly send?: HttpSend;
}
