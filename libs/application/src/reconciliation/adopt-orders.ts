import type { AccountStore } from '../accounts/account-store.port.js';
import type { ExecutionJobs } from '../execution/execution-jobs.js';
import type { ExecutionStore } from '../execution/execution-store.port.js';
import type { ExecutionVenue } from '../execution/execution-venue.port.js';
import type { Clock } from '../ports/clock.port.js';
import type { EventLog } from '../ports/event-log.port.js';
import type { VenueFill } from '../ports/trading.port.js';

type KnownAttempt = Awaited<ReturnType<ExecutionStore['attemptsOf']>>[number];

/** An order that was given up may come to light so long after. */
const GIVEN_UP_MS = 86_400_000;
const LEASE_MS = 30_000;
/** A venue may find an order so much later than it tells its fills; less than what sweeps overlap by, so that none is lost. */
const DOUBT_MS = 120_000;
/** Fills may be dated a little before the time that was signed. */
const FILLED_BEFORE_MS = 5_000;
/** States of an attempt in which nobody knows yet that the venue has it. */
const UNFOUND: ReadonlySet<string> = new Set(['prepared', 'unknown', 'dead', 'rejected', 'not-sent']);

/** Whose fills are that no id of ours is told with. */
export interface FoundOwners {
  readonly owners: readonly KnownAttempt[];
  /** May be of an order that the venue does not find yet: to be asked for again. */
  readonly inDoubt: readonly VenueFill[];
}

export interface AdoptOrdersParts {
  readonly store: Pick<ExecutionStore, 'openAttempts' | 'attemptsOf' | 'takeOver' | 'changeAttempt'>;
  readonly accounts: Pick<AccountStore, 'halt'>;
  readonly jobs: ExecutionJobs;
  readonly holder: string;
  readonly clock: Clock;
  readonly log: EventLog;
  /** Jobs were committed to the outbox. Must not throw. */
  readonly onQueued: () => void;
}

/** Finds that an order is ours though it was lost, given up or said to be refused: evidence at the venue wins. */
export class AdoptOrders {
  constructor(private readonly parts: AdoptOrdersParts) {}

  /**
   * Attempts behind fills that no id of ours is told with: those of which nobody knows the end are looked up one by one, by
   * their own ids, before a fill is taken for somebody else's. @throws VenueFailure, StoreFailure
   */
  async findOwners(venue: ExecutionVenue, marketId: string, fills: readonly VenueFill[], known: readonly KnownAttempt[]): Promise<FoundOwners> {
    const ownerless = fills.filter((fill) => ownerOf(fill, known) === undefined);
    if (ownerless.length === 0) return { owners: [], inDoubt: [] };
    const { store, clock } = this.parts;
    const open = await store.openAttempts(venue.accountId, clock.nowMs() - GIVEN_UP_MS);
    const lookedUp = await lookUp(venue, open.filter((attempt) => attempt.marketId === marketId && attempt.venueOrderId === null));
    // Those whose answer came while they were looked for have the venue's id by now.
    const answered = await store.attemptsOf(venue.accountId, { clientOrderIds: [], venueOrderIds: [...new Set(ownerless.map(({ venueOrderId }) => venueOrderId))] });
    const owners = [...answered, ...lookedUp.found];
    const nowMs = venue.exchangeNowMs() ?? clock.nowMs();
    const left = ownerless.filter((fill) => ownerOf(fill, owners) === undefined && nowMs - fill.filledMs < DOUBT_MS);
    return { owners, inDoubt: left.filter((fill) => lookedUp.missing.some((attempt) => mayBeOf(fill, attempt))) };
  }

  /** Lets the orders behind these fills go on from "found". Fills are booked whether that succeeds or not. @throws StoreFailure */
  async noteFound(venue: ExecutionVenue, fills: readonly VenueFill[], attempts: readonly KnownAttempt[]): Promise<void> {
    const noted = new Set<string>();
    for (const fill of fills) {
      const attempt = ownerOf(fill, attempts);
      if (attempt === undefined || noted.has(attempt.clientOrderId) || !UNFOUND.has(attempt.state)) continue;
      noted.add(attempt.clientOrderId);
      await this.found(venue.accountId, attempt, fill.venueOrderId);
    }
  }

  async found(accountId: string, attempt: KnownAttempt, venueOrderId: string): Promise<void> {
    const { store, holder, clock, log, jobs, onQueued } = this.parts;
    const { clientOrderId, intentId, state } = attempt;
    if (state === 'not-sent') return this.tellOfLie(accountId, attempt);
    const taken = await store.takeOver(intentId, holder, clock.nowMs(), LEASE_MS);
    if (taken === null) return this.tellOfLie(accountId, attempt);
    const isNewest = taken.attempt.clientOrderId === clientOrderId;
    const evidence = { attemptTo: 'acked', event: 'found', venueOrderId, reason: `found at the venue by its trades; it was ${state}` } as const;
    await store.changeAttempt({
      clientOrderId: taken.attempt.clientOrderId, intentId, leaseEpoch: taken.intent.leaseEpoch, atMs: clock.nowMs(),
      ...(isNewest ? evidence : {}), releaseLease: true, nextActionMs: clock.nowMs(), jobs: [jobs.orderAfter(taken.intent)],
    });
    onQueued();
    log.warn({ event: 'late-order-found', accountId, clientOrderId, intentId, was: state }, 'An order that was lost or given up is at the venue');
    if (!isNewest) await this.tellOfLie(accountId, attempt);
  }

  /** Somebody who works at it finds it without us. But what was proven not to be, and is, makes every proof of the venue's worthless. */
  private async tellOfLie(accountId: string, { clientOrderId, state }: KnownAttempt): Promise<void> {
    if (state !== 'rejected' && state !== 'not-sent') return;
    const { accounts, clock, log } = this.parts;
    const reason = `the order ${clientOrderId} was ${state === 'rejected' ? 'refused by the venue' : 'not sent'}, and yet has fills`;
    log.error({ event: 'account-halted', accountId, reason }, 'Halts the account until a person says so');
    await accounts.halt(accountId, reason, clock.nowMs());
  }
}

async function lookUp(venue: ExecutionVenue, attempts: readonly KnownAttempt[]): Promise<{ readonly found: readonly KnownAttempt[]; readonly missing: readonly KnownAttempt[] }> {
  const [found, missing]: [KnownAttempt[], KnownAttempt[]] = [[], []];
  for (const attempt of attempts) {
    const lookup = await venue.trading.order(attempt.marketId, attempt.clientOrderId);
    if (lookup.kind === 'found') found.push({ ...attempt, venueOrderId: lookup.order.venueOrderId });
    else missing.push(attempt);
  }
  return { found, missing };
}

/** What was given up has been looked for long enough. */
function mayBeOf(fill: VenueFill, { state, side, signMs }: KnownAttempt): boolean {
  return fill.clientOrderId === null && (state === 'prepared' || state === 'unknown') && fill.side === side && fill.filledMs >= signMs - FILLED_BEFORE_MS;
}

function ownerOf(fill: VenueFill, attempts: readonly KnownAttempt[]): KnownAttempt | undefined {
  return (
    attempts.find(({ clientOrderId }) => clientOrderId === fill.clientOrderId) ?? attempts.find(({ venueOrderId }) => venueOrderId === fill.venueOrderId)
  );
}
