import type { AccountStore } from '../accounts/account-store.port.js';
import type { Failpoint } from '../failpoints/failpoint.js';
import type { HaltFile } from '../kill-switch/kill-switch-store.port.js';
import type { Clock, IdSource } from '../ports/clock.port.js';
import type { EventLog } from '../ports/event-log.port.js';
import type { Timer } from '../ports/timer.port.js';
import type { AccountBooks, RefusalReactions } from '../reconciliation/account-books.js';
import type { BookFills } from './book-fills.js';
import type { ExecutionLook } from './execution-look.js';
import type { ExecutionJobs } from './execution-jobs.js';
import type { ExecutionStore } from './execution-store.port.js';
import type { AccountGate, ExecutionVenues } from './execution-venue.port.js';

export interface AdvanceOrderParts {
  readonly store: ExecutionStore;
  readonly venues: ExecutionVenues;
  readonly gate: AccountGate;
  readonly haltFile: HaltFile;
  readonly books: BookFills;
  readonly accountBooks: Pick<AccountBooks, 'isBalanceUnchanged'>;
  readonly accounts: Pick<AccountStore, 'halt'>;
  readonly reactions: RefusalReactions;
  readonly jobs: ExecutionJobs;
  readonly clock: Clock;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonicMs: () => number;
  readonly timer: Timer;
  /** Hex of the SHA-256 of a text. */
  readonly sha256: (text: string) => string;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  /** Who holds the leases. */
  readonly holder: string;
  readonly leaseMs: number;
  /** Of the dead rule; left out: its own. */
  readonly deadSpreadMs?: number | undefined;
  readonly failpoint: Failpoint;
  readonly log: EventLog;
  /** Jobs were committed to the outbox. Must not throw. */
  readonly onQueued: () => void;
}

export interface AdvancePlanParts {
  readonly store: ExecutionStore;
  readonly venues: ExecutionVenues;
  readonly accountBooks: Pick<AccountBooks, 'settle'>;
  readonly accounts: Pick<AccountStore, 'halt'>;
  readonly jobs: ExecutionJobs;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly failpoint: Failpoint;
  readonly log: EventLog;
  readonly onQueued: () => void;
  /** Looks at a leg at once, in this process; its job stays as the net below. */
  readonly runOrder?: (intentId: string) => Promise<ExecutionLook>;
}
