import type { Logger } from '../logging/logger.js';
import { Ends } from './ends.js';
import { stopOnSignal } from './stop-on-signal.js';

export interface UpOptions {
  readonly log: Logger;
  /** For all that `ends` holds, after a signal. */
  readonly deadlineMs: number;
  /** Adds to `ends` what it has begun as soon as it has begun; the signal is aborted where it need not go on. */
  readonly bringUp: (ends: Ends, signal: AbortSignal) => Promise<void>;
}

/** Brings a process up and ends it when it is told to, be it before all is up: whoever told it waits for exit code 0. */
export async function upUntilStopped({ log, deadlineMs, bringUp }: UpOptions): Promise<void> {
  const starting = new AbortController();
  const ends = new Ends();
  const stop = async () => {
    starting.abort(new Error('told to stop'));
    await ends.run();
  };
  stopOnSignal({ log, stop, deadlineMs });
  try {
    await bringUp(ends, starting.signal);
  } catch (error) {
    if (!starting.signal.aborted) throw error;
  }
}
