import { runRequested, type AccountStore, type ExecutionLook, type ReconcileAccount } from '#application';

/** Another process may hold the key, or be about to. */
const NOT_OURS_PAUSE_MS = 5_000;
/** By then what is overdue has had another job: this one would only add to those that nobody can serve. */
const NOT_OURS_FOR_MS = 60_000;
/** Orders of the account are under way; they are done soon. */
const BUSY_PAUSE_MS = 2_000;

/** When a job comes back: one whose look is to be repeated, and for a while one of another's account. Null: it is over. */
export function putBackAtMs(look: ExecutionLook, nowMs: number, jobAgeMs: number): number | null {
  if (look.kind === 'again') return look.atMs;
  return look.kind === 'not-ours' && jobAgeMs < NOT_OURS_FOR_MS ? nowMs + NOT_OURS_PAUSE_MS : null;
}

export interface RequestedParts {
  readonly reconcile: ReconcileAccount;
  readonly accounts: Pick<AccountStore, 'reconciliation'>;
}

/** One look at a comparison that somebody asked for. @throws StoreFailure */
export async function lookAtRequested({ accounts, reconcile }: RequestedParts, runId: string, nowMs: number): Promise<ExecutionLook> {
  const run = await accounts.reconciliation(runId);
  if (run === null) return { kind: 'missing' };
  if (run.state !== 'requested') return { kind: 'done' };
  const outcome = await runRequested(reconcile, run);
  if (outcome === 'busy') return { kind: 'again', atMs: nowMs + BUSY_PAUSE_MS, reason: 'orders are under way' };
  return outcome === 'not-ours' ? { kind: 'not-ours' } : { kind: 'done' };
}
