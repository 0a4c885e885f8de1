import type { MemoryDatabase } from '../store/memory-database.js';
import type { AttemptRow, IntentRow } from '../store/rows.js';
import { ExactDecimal as Decimal } from './exact-decimal.js';
import type { Violations } from './violations.js';

const ENDED: ReadonlySet<string> = new Set(['filled', 'partial', 'canceled']);

/** What the exchange has filled of an order by now; null: it does not say all of it. */
export type FilledAtExchange = (attempt: AttemptRow, marketId: string) => string | null;

/** I6 at the end of an order: it ends once all that the exchange filled of it is in the books, since the next leg is sized by that. */
export function watchEnds(database: MemoryDatabase, violations: Violations, filledAt: FilledAtExchange): void {
  database.intents.watch((intent, before) => {
    if (before === null || before.state === intent.state || !ENDED.has(intent.state)) return;
    const attempt = newestOf(database, intent);
    const filled = attempt === undefined ? null : filledAt(attempt, intent.marketId);
    if (filled === null || new Decimal(filled).equals(intent.filledQuantity)) return;
    violations.report('I6', `intent ${intent.id} ended ${intent.state} with ${intent.filledQuantity} in the books, and the exchange filled ${filled} of ${attempt!.clientOrderId}`);
  });
}

function newestOf({ indexes }: MemoryDatabase, { id }: IntentRow): AttemptRow | undefined {
  return indexes.attemptsOfIntent(id).toSorted((one, other) => other.attemptNo - one.attemptNo)[0];
}
