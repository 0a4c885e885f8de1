import type { AccountStore } from '../accounts/account-store.port.js';
import type { ExecutionStore } from '../execution/execution-store.port.js';
import type { Clock } from '../ports/clock.port.js';
import type { EventLog } from '../ports/event-log.port.js';
import type { Timer } from '../ports/timer.port.js';
import { isPassingStoreFailure } from '../ports/store-failure.js';
import { RoundLoop } from '../rounds/round-loop.js';
import { problemOf, type ReconcileAccount } from './reconcile-account.js';
import type { StartupGate } from './startup-gate.js';

export interface ScheduleTimes {
  /** Rounds; markets of open plans are swept in each. */
  readonly activeSweepMs: number;
  readonly sweepMs: number;
  readonly balancesMs: number;
  /** While the books differ. */
  readonly differingMs: number;
  readonly requeueMs: number;
  readonly requeueGraceMs: number;
}

export const SCHEDULE_TIMES: ScheduleTimes = { activeSweepMs: 5_000, sweepMs: 30_000, balancesMs: 60_000, differingMs: 15_000, requeueMs: 1_000, requeueGraceMs: 2_000 };

const REQUEUED_AT_ONCE = 200;
const REQUESTED_AT_ONCE = 20;
/** What was asked for so long ago has lost its job. */
const REQUEST_GRACE_MS = 10_000;

export interface ReconciliationScheduleParts {
  /** Live accounts of this process; those of paper are compared when their plans end. */
  readonly accountIds: readonly string[];
  readonly reconcile: ReconcileAccount;
  readonly gate: StartupGate;
  readonly accounts: Pick<AccountStore, 'requestedReconciliations'>;
  readonly store: Pick<ExecutionStore, 'requeueOverdue'>;
  readonly times: ScheduleTimes;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: EventLog;
  readonly onQueued: () => void;
}

interface Due {
  sweepMs: number;
  balancesMs: number;
}

/** Keeps live accounts compared with their venue, and brings back plans, orders and comparisons whose job was lost. */
export class ReconciliationSchedule {
  private readonly due = new Map<string, Due>();
  private readonly loops: readonly RoundLoop[];

  constructor(private readonly parts: ReconciliationScheduleParts) {
    const { timer, log, times } = parts;
    this.loops = [
      new RoundLoop({ name: 'reconciliation', everyMs: times.activeSweepMs, mayTakeLonger: true, round: () => this.compareAccounts(), timer, log }),
      new RoundLoop({ name: 'requeue', everyMs: times.requeueMs, mayTakeLonger: true, round: () => this.requeue(), timer, log }),
      new RoundLoop({ name: 'requested-reconciliations', everyMs: REQUEST_GRACE_MS, mayTakeLonger: true, round: () => this.runRequested(), timer, log }),
    ];
  }

  start(): void {
    for (const loop of this.loops) loop.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  /** Something is in doubt: compared with the next round, which begins at once. */
  compareSoon(accountId: string): void {
    this.due.set(accountId, { sweepMs: 0, balancesMs: 0 });
    this.loops[0]?.kick();
  }

  private async compareAccounts(): Promise<void> {
    for (const accountId of this.parts.accountIds) await this.compareAccount(accountId);
  }

  private async compareAccount(accountId: string): Promise<void> {
    const { gate, reconcile, clock } = this.parts;
    const { isOpen } = gate.stateOf(accountId);
    if (!isOpen) {
      await gate.enter(accountId);
      return;
    }
    const due = this.due.get(accountId) ?? this.nextOf(accountId, true);
    const nowMs = clock.nowMs();
    if (nowMs >= due.balancesMs) return this.compareBalances(accountId);
    if (nowMs < due.sweepMs) return void (await reconcile.sweep(accountId, ({ isActive }) => isActive));
    await reconcile.sweep(accountId, () => true);
    due.sweepMs = nowMs + this.parts.times.sweepMs;
  }

  private async compareBalances(accountId: string): Promise<void> {
    const outcome = await this.parts.reconcile.run({ accountId, cause: 'schedule' });
    // While orders are under way nothing can be said: soon again.
    this.nextOf(accountId, outcome.kind === 'equal');
  }

  private nextOf(accountId: string, isEqual: boolean): Due {
    const { clock, times } = this.parts;
    const due = { sweepMs: clock.nowMs() + times.sweepMs, balancesMs: clock.nowMs() + (isEqual ? times.balancesMs : times.differingMs) };
    this.due.set(accountId, due);
    return due;
  }

  private async requeue(): Promise<void> {
    const { store, clock, times, log, onQueued } = this.parts;
    const requeued = await store.requeueOverdue(clock.nowMs(), times.requeueGraceMs, REQUEUED_AT_ONCE);
    if (requeued === 0) return;
    onQueued();
    log.warn({ event: 'work-requeued', requeued }, 'Brought back plans or orders whose job was late or lost');
  }

  private async runRequested(): Promise<void> {
    const { accounts, clock } = this.parts;
    const requested = await accounts.requestedReconciliations(REQUESTED_AT_ONCE);
    for (const run of requested) if (clock.nowMs() - run.requestedMs > REQUEST_GRACE_MS) await runRequested(this.parts.reconcile, run);
  }
}

/** A comparison that was asked for, to its end: equal, different or failed. Null: later, its account is busy or not ours. @throws StoreFailure */
export async function runRequested(reconcile: ReconcileAccount, run: Parameters<ReconcileAccount['noteFailed']>[0]): Promise<'done' | 'failed' | 'busy' | 'not-ours'> {
  try {
    const outcome = await reconcile.run({ accountId: run.accountId, cause: run.cause, runId: run.id });
    return outcome.kind === 'busy' || outcome.kind === 'not-ours' ? outcome.kind : 'done';
  } catch (error) {
    if (isPassingStoreFailure(error)) throw error;
    await reconcile.noteFailed(run, problemOf(error));
    return 'failed';
  }
}
