const MINUTE_MS = 60_000;
/** More changes than any test makes; each is looked through where an old time is asked about. */
const MOST_STRETCHES = 10_000;

/** From `clockMs` on the path goes on at `pathMs`, so many times as fast as the clock: 0, it stands. */
export interface PathStretch {
  readonly clockMs: number;
  readonly pathMs: number;
  readonly speed: number;
}

/** How prices go from now on: what is left out stays as it is. `skipMs`: so much of the path's own time passes at once. */
export interface CourseChange {
  readonly speed?: number;
  readonly skipMs?: number;
}

/** The clock's time to the path's and back: the same until `speedFromMs`, from there on `speed` times as fast, until that is changed. */
export class PathClock {
  private readonly stretches: PathStretch[];

  constructor(speedFromMs: number, speed: number, kept: readonly PathStretch[] = []) {
    const fromMs = Math.floor(speedFromMs / MINUTE_MS) * MINUTE_MS;
    this.stretches = [{ clockMs: fromMs, pathMs: fromMs, speed }, ...kept];
  }

  /** All but the first, which the options tell. */
  get changes(): readonly PathStretch[] {
    return this.stretches.slice(1);
  }

  pathMs(clockMs: number): number {
    const stretch = this.stretches.findLast((each) => each.clockMs <= clockMs);
    return stretch === undefined ? clockMs : stretch.pathMs + (clockMs - stretch.clockMs) * stretch.speed;
  }

  /** The first whole millisecond of the clock at which the path has come to that time or beyond it; Infinity where it stands before it. */
  clockMs(pathMs: number): number {
    if (pathMs <= this.stretches[0]!.pathMs) return pathMs;
    const index = this.stretches.findLastIndex((_stretch, i) => i === 0 || this.endOf(i - 1) < pathMs);
    const { clockMs, pathMs: fromMs, speed } = this.stretches[index]!;
    return pathMs <= fromMs ? clockMs : clockMs + Math.ceil((pathMs - fromMs) / speed);
  }

  /** @throws RangeError where it was changed too often */
  change(clockMs: number, { speed, skipMs = 0 }: CourseChange): void {
    if (this.stretches.length >= MOST_STRETCHES) throw new RangeError(`the course of prices was changed ${MOST_STRETCHES} times: start anew`);
    const last = this.stretches.at(-1)!;
    const atMs = Math.max(clockMs, last.clockMs);
    this.stretches.push({ clockMs: atMs, pathMs: this.pathMs(atMs) + skipMs, speed: speed ?? last.speed });
  }

  /** The path's time just before the next stretch. */
  private endOf(index: number): number {
    const [{ clockMs, pathMs, speed }, next] = [this.stretches[index]!, this.stretches[index + 1]!];
    return pathMs + (next.clockMs - clockMs) * speed;
  }
}
