import type { MemoryDatabase } from '../store/memory-database.js';

/** Marks what a run has come by: why was nothing done, how did plans end, what did the exchange answer. */
export function watchReasons(database: MemoryDatabase, hit: (mark: string) => void): void {
  database.evaluations.watch(({ reason }, before) => {
    if (before === null) hit(`evaluation: ${reason}`);
  });
  database.plans.watch(({ state, endReason }, before) => {
    if (before !== null && before.state !== state && (state === 'done' || state === 'aborted')) hit(`plan ${state}: ${endReason ?? 'all legs'}`);
  });
  database.attempts.watch(({ code, httpStatus }, before) => {
    if (before !== null && before.code === null && code !== null) hit(`refusal: ${httpStatus} ${code}`);
  });
  database.intents.watch(({ state, reason }, before) => {
    if (state === 'skipped' && before?.state !== state) hit(`leg skipped: ${(reason ?? '').split(':')[0]}`);
  });
  database.ledger.watch(({ kind }) => hit(`ledger: ${kind}`));
}
