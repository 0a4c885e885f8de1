/** How long what a plan rests upon may be relied on. Evaluator and executor read the same, so that no plan is made that would be refused. */
export const PLAN_LIMITS = {
  /** No leg goes out later than this after the decision. */
  deadlineMs: 600_000,
  /** A plan whose first leg has not gone out by then is older than its prices. */
  startWithinMs: 60_000,
  bookAgeMs: 10_000,
  rulesAgeMs: 3_600_000,
  priceAgeMs: 60_000,
} as const;
