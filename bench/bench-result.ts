/** What a benchmark is given; it makes its own databases and cleans up nothing but its own. */
export interface BenchContext {
  /** Superuser on the database `postgres` of a server with default durability. */
  readonly databaseAdminUrl: string;
  readonly redisServerPath: string;
  readonly redisUrl: string;
}

/** One line of the table that `npm run bench` prints. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  /** Of value and baseline, for example 'ms' or 'million asset-bars/s'. */
  readonly unit: string;
  /** What the value stands beside: the same work done by other means in the same run. */
  readonly baseline?: { readonly name: string; readonly value: number };
  /** value / baseline.value, or its inverse where that is what the goal speaks of. */
  readonly ratio?: number;
  readonly goal?: string;
  readonly isGoalMet?: boolean;
}

/** Each file of bench/ that measures exports this as `run`. */
export type RunBench = (context: BenchContext) => Promise<readonly BenchResult[]>;
