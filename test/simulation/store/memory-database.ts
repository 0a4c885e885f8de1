import { indexesOf } from './database-indexes.js';
import { installRules } from './database-rules.js';
import { installLookRules } from './look-rules.js';
import { operationIndexesOf } from './operation-indexes.js';
import { installOperationRules } from './operation-rules.js';
import { Tables } from './tables.js';

export { keyOf } from './rows.js';

/** The trading tables with what Postgres keeps to by itself. Stores over it behave as those over Postgres do: conformance suites run on both. */
export class MemoryDatabase extends Tables {
  readonly indexes = { ...indexesOf(this), ...operationIndexesOf(this) };

  /** `nowMs`: the database's own clock, for what Postgres stamps itself (the outbox). */
  constructor(nowMs: () => number) {
    super(nowMs);
    installRules(this, this.indexes);
    installOperationRules(this);
    installLookRules(this);
  }
}
