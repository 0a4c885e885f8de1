import type { SimulatedVenue } from '#exchange';
import type { Account } from './dialect/authentication.js';
import type { FaultRules } from './faults/fault-rules.js';
import type { RateLimits } from './rates/rate-limits.js';
import type { Records } from './records/records.js';
import type { ServerClock } from './server-clock.js';

/** What requests and the control API work on. */
export interface ExchangeState {
  readonly venue: SimulatedVenue;
  readonly clock: ServerClock;
  /** By key. */
  readonly accounts: ReadonlyMap<string, Account>;
  readonly faults: FaultRules;
  readonly limits: RateLimits;
  readonly records: Records;
  readonly klinesCap: number;
  /** A clock that never jumps, whatever the server's shows: limits of rate are counted by it. */
  readonly monotonicMs: () => number;
}
