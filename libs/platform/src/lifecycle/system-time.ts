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
  pause: (durationMs: number): Promise<void> => pause(durationMs),
};
