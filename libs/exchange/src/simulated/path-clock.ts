const MINUTE_MS = 60_000;

/** The clock's time to the path's and back: the same until `speedFromMs`, from there on `speed` times as fast. */
export class PathClock {
  private readonly fromMs: number;

  constructor(
    speedFromMs: number,
    private readonly speed: number,
  ) {
    this.fromMs = Math.floor(speedFromMs / MINUTE_MS) * MINUTE_MS;
  }

  pathMs(clockMs: number): number {
    return clockMs <= this.fromMs ? clockMs : this.fromMs + (clockMs - this.fromMs) * this.speed;
  }

  /** The first whole millisecond of the clock at which the path has come to that time. */
  clockMs(pathMs: number): number {
    return pathMs <= this.fromMs ? pathMs : this.fromMs + Math.ceil((pathMs - this.fromMs) / this.speed);
  }
}
