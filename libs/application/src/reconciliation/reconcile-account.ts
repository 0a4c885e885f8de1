import type { AccountStore, BalanceDifference, ReconciliationRun, TradingAccount } from '../accounts/account-store.port.js';
import type { ExecutionVenue, ExecutionVenues } from '../execution/execution-venue.port.js';
import type { Failpoint } from '../failpoints/failpoint.js';
import type { LedgerStore } from '../ledger/ledger-store.port.js';
import type { Clock, IdSource } from '../ports/clock.port.js';
import type { EventLog } from '../ports/event-log.port.js';
import { VenueFailure } from '../ports/venue-failure.js';
import type { AccountBooks, Settlement } from './account-books.js';
import type { BookExternalFlows } from './book-external-flows.js';
import type { CompareAccount, Comparison } from './compare-account.js';
import { confirmedDifferences } from './confirmed-differences.js';
import type { SweepTrades, SweptMarket } from './sweep-trades.js';

/** Comparisons that are looked back at for a difference that stays. */
const EARLIER_RUNS = 50;

export interface ReconcileRequest {
  readonly accountId: string;
  readonly cause: ReconciliationRun['cause'];
  /** Of one that was asked for. */
  readonly runId?: string;
}

export type ReconcileOutcome =
  | { readonly kind: 'equal'; readonly account: TradingAccount }
  | { readonly kind: 'different'; readonly differences: readonly BalanceDifference[]; readonly sinceMs: number }
  | { readonly kind: 'busy'; readonly reason: string; readonly intentIds: readonly string[] }
  | { readonly kind: 'not-ours' };

export interface ReconcileAccountParts {
  readonly venues: ExecutionVenues;
  readonly accounts: Pick<AccountStore, 'find' | 'reconciliations' | 'finishReconciliation'>;
  readonly ledger: Pick<LedgerStore, 'rebuiltDifferences'>;
  readonly sweep: SweepTrades;
  readonly compare: CompareAccount;
  readonly flows: BookExternalFlows;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly failpoint: Failpoint;
  readonly log: EventLog;
  /** A difference that stays for so long is a flow from outside. */
  readonly confirmAfterMs: number;
}

type Compared = Extract<Comparison, { readonly kind: 'compared' }>;
type Wanted = (market: SweptMarket) => boolean;

/**
 * Compares the books of an account with its venue: fetches and books its fills, then compares balances. What differs and stays
 * is booked as a flow from outside; until then nothing is traded on those books. One comparison of an account at a time.
 */
export class ReconcileAccount implements AccountBooks {
  private readonly last = new Map<string, Promise<unknown>>();

  constructor(private readonly parts: ReconcileAccountParts) {}

  /** @throws VenueFailure, StoreFailure */
  async run(request: ReconcileRequest): Promise<ReconcileOutcome> {
    const venue = await this.parts.venues.of(request.accountId);
    if (venue === null) return { kind: 'not-ours' };
    return this.inTurn(request.accountId, () => this.reconcile(venue, request, () => true));
  }

  async settle(accountId: string, marketIds: readonly string[]): Promise<Settlement> {
    const venue = await this.parts.venues.of(accountId);
    if (venue === null) return { kind: 'busy', reason: 'another process holds the key of the account' };
    const settled = await this.inTurn(accountId, () => this.settleOnce(venue, new Set(marketIds)));
    return settled.kind === 'not-ours' ? { kind: 'busy', reason: 'the account is gone' } : settled;
  }

  async isBalanceUnchanged(accountId: string, assets: readonly string[]): Promise<boolean> {
    const venue = await this.parts.venues.of(accountId);
    return venue !== null && this.parts.compare.areEqual(venue, assets);
  }

  /** Trades alone, for in between two comparisons. @throws VenueFailure, StoreFailure */
  async sweep(accountId: string, wanted: Wanted): Promise<number> {
    const venue = await this.parts.venues.of(accountId);
    return venue === null ? 0 : this.inTurn(accountId, () => this.parts.sweep.run(venue, wanted));
  }

  /** For a run that was asked for and could not be made. @throws StoreFailure */
  async noteFailed(run: ReconciliationRun, problem: string): Promise<void> {
    const { accounts, clock } = this.parts;
    const account = await accounts.find(run.accountId);
    await accounts.finishReconciliation({ ...run, state: 'failed', problem: problem.slice(0, 2_000), finishedMs: clock.nowMs() }, account?.openOrderCount ?? 0);
  }

  /** The plan's own markets first; what then differs may be a trade in another one. */
  private async settleOnce(venue: ExecutionVenue, marketIds: ReadonlySet<string>): Promise<ReconcileOutcome> {
    const request = { accountId: venue.accountId, cause: 'plan' } as const;
    const outcome = await this.reconcile(venue, request, ({ marketId }) => marketIds.has(marketId));
    return outcome.kind === 'different' ? this.reconcile(venue, request, () => true) : outcome;
  }

  private async reconcile(venue: ExecutionVenue, request: ReconcileRequest, wanted: Wanted): Promise<ReconcileOutcome> {
    const { accounts, sweep, failpoint, clock } = this.parts;
    const requestedMs = clock.nowMs();
    await sweep.run(venue, wanted);
    await failpoint('recon.mid');
    // Before the books are read: whoever books a difference names the mismatch that it was part of.
    const account = await accounts.find(venue.accountId);
    if (account === null) return { kind: 'not-ours' };
    const comparison = await this.compare(venue);
    if (comparison.kind === 'busy') return comparison;
    const left = await this.bookKnown(account, comparison);
    const finished = await this.finish(account, request, { ...comparison, differences: left }, requestedMs);
    if (finished.isEqual === true) return { kind: 'equal', account };
    return { kind: 'different', differences: left, sinceMs: account.mismatchSinceMs ?? finished.finishedMs ?? requestedMs };
  }

  /** Of what differs, fills are asked for from further back: the venue may have told of one late. */
  private async compare(venue: ExecutionVenue): Promise<Comparison> {
    const { compare, sweep } = this.parts;
    const comparison = await compare.compare(venue);
    if (comparison.kind === 'busy' || comparison.differences.length === 0) return comparison;
    const differing = new Set(comparison.differences.map(({ asset }) => asset));
    const booked = await sweep.lookBack(venue, ({ base }) => differing.has(base));
    return booked === 0 ? comparison : compare.compare(venue);
  }

  /** What is left after everything was booked of which it is known what it is. */
  private async bookKnown(account: TradingAccount, { differences, booked }: Compared): Promise<readonly BalanceDifference[]> {
    const { flows, accounts, clock, confirmAfterMs } = this.parts;
    if (differences.length === 0) return [];
    if (account.mode === 'live' && account.reconciledMs === null && booked.every(({ quantity }) => Number(quantity) === 0)) {
      await flows.open(account, differences);
      return [];
    }
    // While a person has to look at the account, nothing that they should see is tidied away.
    if (account.haltReason !== null || account.mismatchSinceMs === null) return differences;
    const earlier = await accounts.reconciliations(account.id, EARLIER_RUNS);
    const confirmed = confirmedDifferences(differences, earlier, clock.nowMs(), confirmAfterMs);
    await flows.bookAll(account, confirmed, booked);
    return differences.filter((difference) => !confirmed.includes(difference));
  }

  private async finish(account: TradingAccount, { cause, runId }: ReconcileRequest, { differences, assetCount, foreignOrders }: Compared, requestedMs: number): Promise<ReconciliationRun> {
    const { accounts, clock, ids, log } = this.parts;
    const problem = await this.brokenBooks(account.id, cause);
    const run: ReconciliationRun = {
      id: runId ?? ids.next('rc'), accountId: account.id, cause, state: 'done', isEqual: differences.length === 0 && problem === null,
      assetCount, differences, problem, requestedMs, finishedMs: clock.nowMs(),
    };
    await accounts.finishReconciliation(run, foreignOrders);
    if (run.isEqual === false && account.mismatchSinceMs === null) log.warn({ event: 'books-differ', accountId: account.id, differences: differences.slice(0, 20), problem }, 'The books differ from the venue');
    if (run.isEqual === true && account.mismatchSinceMs !== null) log.info({ event: 'books-equal-again', accountId: account.id }, 'The books are equal to the venue again');
    return run;
  }

  /** Holdings are kept beside the entries that they sum up; that they still do is looked at when a person asks. */
  private async brokenBooks(accountId: string, cause: ReconciliationRun['cause']): Promise<string | null> {
    if (cause !== 'operator' && cause !== 'kill-switch') return null;
    const broken = await this.parts.ledger.rebuiltDifferences(accountId);
    if (broken.length === 0) return null;
    return `holdings are not the sum of their entries: ${broken.slice(0, 5).map(({ asset, kept, summed }) => `${asset} kept ${kept}, summed ${summed}`).join('; ')}`;
  }

  private inTurn<Value>(accountId: string, work: () => Promise<Value>): Promise<Value> {
    const mine = (this.last.get(accountId) ?? Promise.resolve()).then(work, work);
    this.last.set(accountId, mine);
    const forget = (): void => {
      if (this.last.get(accountId) === mine) this.last.delete(accountId);
    };
    void mine.then(forget, forget);
    return mine;
  }
}

/** In words for whoever asked for the comparison. */
export function problemOf(error: unknown): string {
  if (error instanceof VenueFailure) return `the exchange did not answer as it should (${error.kind}): ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
