import { shareGroups } from '#domain';
import type { EventLog } from '../ports/event-log.port.js';
import type { VenueName } from '../ports/market-data.port.js';
import type { Timer } from '../ports/timer.port.js';
import { RoundLoop } from '../rounds/round-loop.js';
import type { IngestLeaseStore } from './ingest-lease-store.port.js';

/** A lease is renewed so many times before it would run out. */
const BEATS_PER_LEASE = 4;

export interface GroupLeasesParts {
  readonly store: IngestLeaseStore;
  readonly venue: VenueName;
  readonly ingestorId: string;
  readonly leaseMs: number;
  /** Called whenever the groups are others than before. */
  readonly onChange: () => void;
  readonly timer: Timer;
  readonly log: EventLog;
}

/**
 * Our share of the market groups. Those of an ingestor that died are free when its leases run out, and taken with the next
 * beat. While the database is away everybody keeps what they had: prices go on, and two who look at one market do no harm.
 */
export class GroupLeases {
  private held: ReadonlySet<number> = new Set();
  private readonly loop: RoundLoop;

  constructor(private readonly parts: GroupLeasesParts) {
    const { timer, log, leaseMs } = parts;
    this.loop = new RoundLoop({ name: 'group-leases', everyMs: leaseMs / BEATS_PER_LEASE, round: () => this.beat(), timer, log });
  }

  get groups(): ReadonlySet<number> {
    return this.held;
  }

  start(): void {
    this.loop.start();
  }

  /** Gives everything back at once, so that others need not wait for the leases to run out. */
  async stop(): Promise<void> {
    await this.loop.stop();
    this.held = new Set();
    await this.parts.store.leave(this.parts.venue, this.parts.ingestorId);
  }

  private async beat(): Promise<void> {
    const { store, venue, ingestorId, leaseMs } = this.parts;
    const { groups, ingestors } = await store.beat(venue, ingestorId, leaseMs);
    const { take, giveUp } = shareGroups(ingestorId, ingestors, groups);
    if (giveUp.length > 0) await store.giveUp(venue, ingestorId, giveUp);
    const taken = take.length > 0 ? await store.take(venue, ingestorId, take, leaseMs) : [];
    const kept = groups.filter(({ group, holder }) => holder === ingestorId && !giveUp.includes(group)).map(({ group }) => group);
    this.hold([...kept, ...taken], ingestors.length);
  }

  private hold(groups: readonly number[], ingestors: number): void {
    if (groups.length === this.held.size && groups.every((group) => this.held.has(group))) return;
    this.held = new Set(groups);
    this.parts.log.info({ event: 'groups-changed', groups: [...groups].sort((one, other) => one - other), ingestors }, 'Holds other market groups than before');
    this.parts.onChange();
  }
}
