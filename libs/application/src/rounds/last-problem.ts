/** What last went wrong with work that goes on all the time: told once for each change of its reason, since it would fill the log. */
export class LastProblem {
  private reason: string | null = null;

  /** Notes it. False where it is the same as before. */
  changesTo(problem: unknown): boolean {
    const reason = reasonOf(problem);
    if (reason === this.reason) return false;
    this.reason = reason;
    return true;
  }

  /** The work goes well. True where it did not before. */
  ends(): boolean {
    const isChange = this.reason !== null;
    this.reason = null;
    return isChange;
  }
}

/** Passes on an error where its reason is another than the last one's. */
export function oncePerReason<Failure>(tell: (error: Failure) => void): (error: Failure) => void {
  const problem = new LastProblem();
  return (error) => {
    if (problem.changesTo(error)) tell(error);
  };
}

/** Node says nothing but the code where it has tried several addresses of one name. */
function reasonOf(problem: unknown): string {
  if (!(problem instanceof Error)) return String(problem);
  return problem.message === '' ? String((problem as { readonly code?: unknown }).code) : problem.message;
}
