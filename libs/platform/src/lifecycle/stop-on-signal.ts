import type { Logger } from '../logging/logger.js';

export interface StopOptions {
  readonly log: Logger;
  /** Ends what the process does, in order. May take until the deadline. */
  readonly stop: (signal: string) => Promise<void>;
  /** After this the process ends with exit code 1, whatever is still under way. */
  readonly deadlineMs: number;
}

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * On the first signal: stop, then exit with 0. A second signal, a deadline that has passed, or a stop that throws exits
 * with 1. What nobody caught is logged and ends the process the same way: a supervisor starts a fresh one.
 */
export function stopOnSignal({ log, stop, deadlineMs }: StopOptions): void {
  let isStopping = false;
  const exit = (code: number, event: string, error?: unknown): never => {
    log[code === 0 ? 'info' : 'error']({ event, ...(error === undefined ? {} : { error }) }, 'Process ends');
    process.exit(code);
  };
  const begin = (reason: string, code: number): void => {
    if (isStopping) exit(1, 'stop-interrupted');
    isStopping = true;
    log.info({ event: 'stopping', reason }, 'Stopping');
    setTimeout(() => exit(1, 'stop-deadline-passed'), deadlineMs).unref();
    stop(reason).then(
      () => exit(code, 'stopped'),
      (error: unknown) => exit(1, 'stop-failed', error),
    );
  };
  for (const signal of SIGNALS) process.on(signal, () => begin(signal, 0));
  for (const kind of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(kind, (error: unknown) => {
      log.fatal({ event: kind, error }, 'Nobody caught this');
      begin(kind, 1);
    });
  }
}
