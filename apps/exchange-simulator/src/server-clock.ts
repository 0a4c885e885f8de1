/** The server's clock: the machine's plus a shift that an operator sets. */
export class ServerClock {
  constructor(
    private readonly nowOfMachineMs: () => number,
    private shift = 0,
    private latestVenueMs = 0,
  ) {}

  get shiftMs(): number {
    return this.shift;
  }

  /** What `GET /api/v3/time` says and signatures are judged by; it jumps where it is shifted. */
  nowMs(): number {
    return this.nowOfMachineMs() + this.shift;
  }

  /** The same for the venue, whose time never goes back: after a jump back it stands until the clock has caught up. */
  venueMs(): number {
    this.latestVenueMs = Math.max(this.latestVenueMs, this.nowMs());
    return this.latestVenueMs;
  }

  setShift(shiftMs: number): void {
    this.shift = shiftMs;
  }
}
