import type { MemoryDatabase } from '../store/memory-database.js';
import type { Table } from '../store/table.js';
import type { Violations } from './violations.js';

type Moves = Readonly<Record<string, readonly string[]>>;

/** From reliability.md, sections 4.2 and 4.3, by hand: neither the product's own tables nor the database's. */
const INTENT: Moves = {
  new: ['sending', 'skipped'],
  sending: ['acked', 'new', 'rejected', 'unknown'],
  acked: ['filled', 'partial', 'canceled'],
  unknown: ['acked', 'dead', 'needs-human'],
  dead: ['acked'], rejected: ['acked'], 'needs-human': ['acked', 'dead'],
  canceled: ['filled', 'partial'], partial: ['filled'],
};
const ATTEMPT: Moves = { prepared: ['acked', 'rejected', 'not-sent', 'unknown'], unknown: ['acked', 'dead'], acked: ['done'], dead: ['acked'], rejected: ['acked'] };
const PLAN: Moves = { draft: ['executing', 'settling', 'aborted'], executing: ['settling'], settling: ['done', 'aborted', 'needs-human'], 'needs-human': ['aborted'] };

/** I7: every change of state is one that the protocol has. `hit` is told of each. */
export function watchMoves(database: MemoryDatabase, violations: Violations, hit: (mark: string) => void): void {
  watch(database.intents, INTENT);
  watch(database.attempts, ATTEMPT);
  watch(database.plans, PLAN);

  function watch<Row extends { readonly state: string }>(table: Table<Row>, moves: Moves): void {
    table.watch((after, before) => {
      if (before === null || before.state === after.state) return;
      hit(`${table.name}: ${before.state} to ${after.state}`);
      if (moves[before.state]?.includes(after.state) !== true) violations.report('I7', `${table.name} went from ${before.state} to ${after.state}: ${JSON.stringify(after)}`);
    });
  }
}
