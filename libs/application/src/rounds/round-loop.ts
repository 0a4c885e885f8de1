import type { EventLog } from '../ports/event-log.port.js';
import type { Timer } from '../ports/timer.port.js';
import { LastProblem } from './last-problem.js';

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
  private readonly problem = new LastProblem();

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
    const { name, round, log } = this.parts;
    try {
      await round();
      this.tellOfPace();
    } catch (error) {
      if (this.problem.changesTo(error)) log.warn({ event: `${name}-failed`, error }, 'A round failed; the next one tries again');
    } finally {
      this.running = null;
    }
  }

  private tellOfPace(): void {
    const { name, log, everyMs, mayTakeLonger = false } = this.parts;
    if (!this.isLate || mayTakeLonger) {
      if (this.problem.ends()) log.info({ event: `${name}-resumed` }, 'Rounds end in time again');
    } else if (this.problem.changesTo('slow')) {
      log.warn({ event: `${name}-slow`, everyMs }, 'A round took longer than the time between two; those in between are left out');
    }
  }
}
