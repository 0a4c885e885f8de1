/** What a long run has come by: states and their changes, reasons, refusals, faults. */
export class CoverageMarks {
  private readonly counts = new Map<string, number>();

  readonly hit = (mark: string): void => {
    this.counts.set(mark, (this.counts.get(mark) ?? 0) + 1);
  };

  add(others: Readonly<Record<string, number>>): void {
    for (const [mark, count] of Object.entries(others)) this.counts.set(mark, (this.counts.get(mark) ?? 0) + count);
  }

  /** By name. */
  all(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.counts].toSorted(([one], [other]) => (one < other ? -1 : 1)));
  }
}
