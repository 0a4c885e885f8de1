import type { ExecutionJobs } from '../execution/execution-jobs.js';
import type { AccountGate } from '../execution/execution-venue.port.js';
import type { Clock } from '../ports/clock.port.js';
import type { EventLog } from '../ports/event-log.port.js';
import type { JobQueue } from '../ports/job-queue.port.js';
import { problemOf, type ReconcileAccount, type ReconcileOutcome } from './reconcile-account.js';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;
/** Of paper there may be many accounts; those that are in use are few. */
const MOST_KNOWN = 10_000;

type Entry = { readonly isOpen: true } | { readonly isOpen: false; readonly reason: string };

interface Gate {
  entry: Entry;
  trying: Promise<Entry> | null;
  tries: number;
  retryAtMs: number;
}

export interface StartupGateParts {
  readonly reconcile: Pick<ReconcileAccount, 'run'>;
  readonly jobs: ExecutionJobs;
  readonly queue: JobQueue;
  readonly clock: Clock;
  readonly log: EventLog;
}

/** Nothing is sent for an account before its books were found equal to its venue in this process. */
export class StartupGate implements AccountGate {
  private readonly gates = new Map<string, Gate>();

  constructor(private readonly parts: StartupGateParts) {}

  async enter(accountId: string): Promise<Entry> {
    const gate = this.gateOf(accountId);
    if (gate.entry.isOpen) return gate.entry;
    if (gate.trying === null && this.parts.clock.nowMs() < gate.retryAtMs) return gate.entry;
    gate.trying ??= this.attempt(accountId, gate).finally(() => {
      gate.trying = null;
    });
    return gate.trying;
  }

  /** As it was last seen, without trying. */
  stateOf(accountId: string): Entry {
    return this.gates.get(accountId)?.entry ?? { isOpen: false, reason: 'not tried yet' };
  }

  private gateOf(accountId: string): Gate {
    const known = this.gates.get(accountId);
    if (known !== undefined) return known;
    // Forgetting them costs a comparison more, and nothing else.
    if (this.gates.size >= MOST_KNOWN) this.gates.clear();
    const gate: Gate = { entry: { isOpen: false, reason: 'not tried yet' }, trying: null, tries: 0, retryAtMs: 0 };
    this.gates.set(accountId, gate);
    return gate;
  }

  private async attempt(accountId: string, gate: Gate): Promise<Entry> {
    const { reconcile, log, clock } = this.parts;
    const outcome = await reconcile.run({ accountId, cause: 'startup' }).catch((error: unknown) => ({ kind: 'failed', problem: problemOf(error) }) as const);
    if (outcome.kind === 'busy') await this.lookAt(outcome.intentIds);
    const entry = entryOf(outcome);
    if (entry.isOpen) log.info({ event: 'gate-open', accountId }, 'The books are equal to the venue: orders may be sent');
    else if (gate.entry.isOpen || gate.entry.reason !== entry.reason) log.warn({ event: 'gate-closed', accountId, reason: entry.reason }, 'Sends no orders of the account yet');
    gate.entry = entry;
    gate.retryAtMs = clock.nowMs() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(gate.tries, 10));
    gate.tries += 1;
    return entry;
  }

  /** Orders that a process before this one left behind are looked at at once; where the transport is away the sweeper asks again. */
  private async lookAt(intentIds: readonly string[]): Promise<void> {
    const { queue, jobs, clock } = this.parts;
    for (const id of intentIds) await queue.add(jobs.orderAfter({ id, version: clock.nowMs() })).catch(() => undefined);
  }
}

function entryOf(outcome: ReconcileOutcome | { readonly kind: 'failed'; readonly problem: string }): Entry {
  return outcome.kind === 'equal' ? { isOpen: true } : { isOpen: false, reason: reasonOf(outcome) };
}

function reasonOf(outcome: Exclude<ReconcileOutcome, { readonly kind: 'equal' }> | { readonly kind: 'failed'; readonly problem: string }): string {
  if (outcome.kind === 'different') return `the books differ from the venue in ${outcome.differences.map(({ asset }) => asset).slice(0, 10).join(', ')}`;
  if (outcome.kind === 'busy') return outcome.reason;
  return outcome.kind === 'failed' ? outcome.problem : 'another process holds the key of the account';
}
