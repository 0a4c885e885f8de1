/** One at a time, first come first served. Whoever gives up waiting leaves the line. */
export class TurnLane {
  private isTaken = false;
  private readonly line: (() => void)[] = [];

  get waiting(): number {
    return this.line.length;
  }

  /** Resolves with the function that ends the turn. @throws the signal's reason when it is aborted before */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.isTaken) await this.standInLine(signal);
    this.isTaken = true;
    return () => this.next();
  }

  private standInLine(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.line.splice(this.line.indexOf(onTurn), 1);
        reject(signal.reason as Error);
      };
      const onTurn = () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      this.line.push(onTurn);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** The turn passes on without becoming free in between, so that nobody slips past the line. */
  private next(): void {
    const first = this.line.shift();
    if (first === undefined) this.isTaken = false;
    else first();
  }
}
