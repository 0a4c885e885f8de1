import { createHash } from 'node:crypto';

export interface TracedEvent {
  readonly atMs: number;
  /** Whose: a process, the venue, the operator. */
  readonly who: string;
  readonly what: string;
}

/** All that happened, as a digest, and the last of it in words. */
export class EventTrace {
  private readonly digest = createHash('sha256');
  private readonly last: TracedEvent[] = [];
  private total = 0;

  /** `keep`: so many of the last are kept in words. */
  constructor(
    private readonly nowMs: () => number,
    private readonly keep: number,
  ) {}

  readonly note = (who: string, what: string): void => {
    const atMs = this.nowMs();
    this.digest.update(`${atMs} ${who} ${what}\n`);
    this.total += 1;
    this.last.push({ atMs, who, what });
    if (this.last.length > 2 * this.keep) this.last.splice(0, this.last.length - this.keep);
  };

  get count(): number {
    return this.total;
  }

  /** Ends it. */
  hash(): string {
    return this.digest.copy().digest('hex').slice(0, 16);
  }

  tail(): readonly TracedEvent[] {
    return this.last.slice(-this.keep);
  }
}
