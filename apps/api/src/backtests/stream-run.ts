import { isTerminal, type BacktestRun, type RunChangeFeed } from '#application';
import { RUN_EVENTS } from '#contracts';
import type { EventStream, StreamedEvent } from '#platform';
import { presentRun } from './present-run.js';

export interface RunWatch {
  readonly find: (id: string) => Promise<BacktestRun | null>;
  readonly feed: RunChangeFeed;
  /** A change that nobody told of is found after this at the latest. */
  readonly recheckMs: number;
}

/** The event that tells what a run is now. */
export function eventOf(run: BacktestRun): StreamedEvent {
  return { id: String(run.version), type: eventTypeOf(run), data: JSON.stringify(presentRun(run)) };
}

function eventTypeOf({ status, progress }: BacktestRun): string {
  if (status === 'running') return progress.fraction > 0 ? RUN_EVENTS.progress : RUN_EVENTS.started;
  return RUN_EVENTS[status];
}

/** The version that a client saw last, from its Last-Event-ID; what this run never was counts as nothing seen. */
export function lastSeenVersion(run: BacktestRun, header: string | undefined): number {
  const version = header !== undefined && /^\d{1,15}$/u.test(header) ? Number(header) : 0;
  return version <= run.version ? version : 0;
}

/** Nothing is left to tell: the client saw the end. Answered with 204, on which browsers stop coming back. */
export const isFullySeen = (run: BacktestRun, lastSeen: number): boolean => isTerminal(run.status) && run.version === lastSeen;

/**
 * Sends the run's newest state whenever it is newer than what the client saw, until its terminal state, its deletion or
 * the client's departure. A client that reads slowly gets fewer states, never older ones.
 */
export async function streamRun(stream: EventStream, watch: RunWatch, runId: string, lastSeen: number): Promise<void> {
  const bell = new Doorbell();
  const unsubscribe = watch.feed.subscribe(runId, () => bell.ring());
  stream.onClose(() => bell.ring());
  let seen = lastSeen;
  try {
    while (stream.isOpen) {
      const run = await watch.find(runId);
      if (run === null) return;
      if (run.version > seen) await stream.send(eventOf(run));
      seen = Math.max(seen, run.version);
      if (isTerminal(run.status)) return;
      await bell.rung(watch.recheckMs);
    }
  } finally {
    unsubscribe();
    stream.end();
  }
}

/** Remembers one ring, so that a change between reading and waiting is not missed. */
class Doorbell {
  private isRung = false;
  private answer: (() => void) | null = null;

  ring(): void {
    this.isRung = true;
    this.answer?.();
  }

  async rung(longestMs: number): Promise<void> {
    if (!this.isRung) await this.wait(longestMs);
    this.isRung = false;
  }

  private async wait(longestMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.answer = resolve;
      timer = setTimeout(resolve, longestMs);
    });
    clearTimeout(timer);
    this.answer = null;
  }
}
