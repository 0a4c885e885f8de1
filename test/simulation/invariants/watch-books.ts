import { ExactDecimal as Decimal, type DecimalValue } from './exact-decimal.js';
import { keyOf, type MemoryDatabase } from '../store/memory-database.js';
import type { FillRow } from '../store/rows.js';
import type { Violations } from './violations.js';

const OPEN: ReadonlySet<string> = new Set(['draft', 'executing', 'settling', 'needs-human']);

/** I4, I10 and I12, as rows are written. */
export function watchBooks(database: MemoryDatabase, violations: Violations): void {
  watchFills(database, violations);
  watchPlans(database, violations);
  database.watermarks.watch((after, before) => {
    if (before !== null && after.watermarkMs < before.watermarkMs) violations.report('I12', `the sweep of ${keyOf(after.accountId, after.marketId)} went back from ${before.watermarkMs} to ${after.watermarkMs}`);
  });
}

/** I4: of an order no more is filled than was ordered, in the measure in which it was ordered. */
function watchFills(database: MemoryDatabase, violations: Violations): void {
  database.fills.watch((row) => {
    if (row.clientOrderId === null) return;
    const excess = excessOf(database, row, database.indexes.fillsOfOrder(row.clientOrderId));
    if (excess !== null) violations.report('I4', excess);
  });
}

function excessOf(database: MemoryDatabase, { clientOrderId, portfolioId }: FillRow, fills: readonly FillRow[]): string | null {
  const attempt = database.attempts.get(clientOrderId!);
  if (attempt === undefined) return `a fill is booked for ${clientOrderId}, of which no attempt is saved`;
  const { terms } = attempt;
  const sum = (field: 'quantity' | 'notional'): DecimalValue => fills.reduce((all, { fill }) => all.plus(fill[field]), new Decimal(0));
  const [filled, most] = terms.kind === 'market-buy' ? [sum('notional'), terms.quoteValue] : [sum('quantity'), terms.quantity];
  if (filled.greaterThan(most)) return `${clientOrderId}: ${filled.toFixed()} filled of ${most} ordered (${terms.kind})`;
  return attempt.portfolioId === portfolioId ? null : `a fill of ${clientOrderId} is booked for ${portfolioId}, and ${attempt.portfolioId} ordered it`;
}

/** I10: one open plan for each portfolio, one evaluation for each tick of it. */
function watchPlans(database: MemoryDatabase, violations: Violations): void {
  database.plans.watch((plan, before) => {
    if (before !== null && OPEN.has(before.state)) return;
    const open = database.indexes.plansOfPortfolio(plan.portfolioId).filter(({ state }) => OPEN.has(state));
    if (open.length > 1) violations.report('I10', `portfolio ${plan.portfolioId} has ${open.length} open plans: ${open.map(({ id }) => id).join(', ')}`);
  });
  const ticks = new Set<string>();
  database.evaluations.watch((evaluation, before) => {
    if (before !== null) return;
    const tick = keyOf(evaluation.portfolioId, evaluation.firstMs);
    if (ticks.has(tick)) violations.report('I10', `portfolio ${evaluation.portfolioId} was evaluated twice as of ${evaluation.firstMs}`);
    ticks.add(tick);
  });
}

