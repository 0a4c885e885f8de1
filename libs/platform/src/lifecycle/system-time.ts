import { setTimeout as pause } from 'node:timers/promises';

/** The machine's clock, for the ports that ask for one. */
export const systemClock = { nowMs: (): number => Date.now() };

/** The machine's timers. They do not keep a process alive that has nothing else to do. */
export const systemTimer = {
  every(intervalMs: number, work: () => void): () => void {
    const timer = setInterval(work, intervalMs);
    timer.unref();
    return () => clearInterval(timer);
  },
  async pause(durationMs: number, signal?: AbortSignal): Promise<void> {
    try {
      await pause(durationMs, undefined, { signal });
    } catch (error) {
      signal?.throwIfAborted(); // Node's own error hides the reason in its cause.
      throw error;
    }
  },
};
