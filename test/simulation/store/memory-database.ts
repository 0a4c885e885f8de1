import { indexesOf } from './database-indexes.js';
import { installRules } from './database-rules.js';
import { Tables } from './tables.js';

export { keyOf } from './rows.js';

/** The trading tables with what Postgres keeps to by itself. Stores over it behave as those over Postgres do: conformance suites run on both. */
export class MemoryDatabase extends Tables {
  readonly indexes = indexesOf(this);

  /** `nowMs`: the database's own clock, for what Postgres stamps itself (the outbox). */
  constructor(nowMs: () => number) {
    super(nowMs);
    installRules(this, this.indexes);
  }
}
