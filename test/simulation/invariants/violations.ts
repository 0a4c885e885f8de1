/** Of reliability.md, section 2: its checkers, and promise 4; `product`: the product threw what none of its parts should. */
export type InvariantName = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9' | 'I10' | 'I11' | 'I12' | 'I13' | 'I15' | 'P4' | 'product';

export interface Violation {
  readonly invariant: InvariantName;
  readonly atMs: number;
  readonly detail: string;
}

const MOST = 20;

/** What did not hold. Found in the middle of a transaction as well, so that it is noted and not thrown. */
export class Violations {
  private readonly noted: Violation[] = [];

  constructor(private readonly nowMs: () => number) {}

  readonly report = (invariant: InvariantName, detail: string): void => {
    if (this.noted.length < MOST) this.noted.push({ invariant, atMs: this.nowMs(), detail });
  };

  get all(): readonly Violation[] {
    return this.noted;
  }
}
