import type { EventLog } from '../ports/event-log.port.js';
import type { Timer } from '../ports/timer.port.js';

export interface RoundLoopParts {
  /** For the log: `<name>-failed`, `<name>-slow`, `<name>-resumed`. */
  readonly name: string;
  readonly everyMs: number;
  /** True: a round that takes longer than the time between two is usual, and not told of. */
  readonly mayTakeLonger?: boolean;
  /** May reject; the next round tries again. */
  readonly round: () => Promise<void>;
  readonly timer: Timer;
  readonly log: EventLog;
}

/** The same work again and again. Rounds never overlap: one whose time comes while another is under way is left out. */
export class RoundLoop {
  private end: (() => void) | null = null;
  private running: Promise<void> | null = null;
  private isStopped = false;
  private isLate = false;
  private lastProblem = '';

  constructor(private readonly parts: RoundLoopParts) {}

  start(): void {
    this.end = this.parts.timer.every(this.parts.everyMs, () => this.tick());
    this.tick();
  }

  /** A round at once, unless one is under way. */
  kick(): void {
    if (!this.isStopped) this.running ??= this.run();
  }

  /** Waits for the round at hand. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.end?.();
    await this.running;
  }

  private tick(): void {
    if (this.running !== null) this.isLate = true;
    this.kick();
  }

  private async run(): Promise<void> {
    this.isLate = false;
    try {
      await this.parts.round();
      this.tell(this.isLate && this.parts.mayTakeLonger !== true ? 'slow' : '');
    } catch (error) {
      this.tell(error instanceof Error ? error.message : String(error), error);
    } finally {
      this.running = null;
    }
  }

  /** Once for each change of the reason. */
  private tell(problem: string, error?: unknown): void {
    if (problem === this.lastProblem) return;
    this.lastProblem = problem;
    const { name, log, everyMs } = this.parts;
    if (problem === '') log.info({ event: `${name}-resumed` }, 'Rounds end in time again');
    else if (error === undefined) log.warn({ event: `${name}-slow`, everyMs }, 'A round took longer than the time between two; those in between are left out');
    else log.warn({ event: `${name}-failed`, error }, 'A round failed; the next one tries again');
  }
}
