import { INTERVAL_MS } from '#domain';
import { NO_FAILPOINT, type Failpoint } from '../failpoints/failpoint.js';
import { LeaseKeeper, type HeartbeatOutcome } from '../dispatch/lease-keeper.js';
import type { Clock } from '../ports/clock.port.js';
import type { EventLog } from '../ports/event-log.port.js';
import type { MarketDataPort } from '../ports/market-data.port.js';
import { isPassingStoreFailure } from '../ports/store-failure.js';
import type { Timer } from '../ports/timer.port.js';
import { BackfillFault, beforeListing, beginsAtListing, judgeFailure, noCandles, NotClosedYet } from './backfill-problems.js';
import type { BackfillLease, CandleBackfillStore } from './candle-backfill-store.port.js';
import { progressOf, type BackfillNotice, type CandleBackfill } from './candle-backfill.js';
import { StepGatherer } from './gather-step.js';

/** What one look at a backfill came to. */
export type BackfillLook =
  /** Another worker has it, or this one ends: look again then. */
  | { readonly kind: 'held'; readonly untilMs: number }
  | { readonly kind: 'nothing-to-do' | 'completed' | 'released' | 'discarded' }
  /** It has a new job for later. */
  | { readonly kind: 'postponed'; readonly delayMs: number; readonly problem: BackfillNotice }
  | { readonly kind: 'failed'; readonly problem: BackfillNotice };

export interface BackfillCandlesParts {
  readonly store: CandleBackfillStore;
  readonly source: MarketDataPort;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: EventLog;
  readonly workerId: string;
  readonly leaseMs: number;
  readonly failpoint?: Failpoint;
}

export interface BackfillLookOptions {
  /** Aborted when this process must end: the backfill is then given back. */
  readonly shutdown: AbortSignal;
  /** 0 to 1, after each step, for those who watch the queue. Must not throw. */
  readonly onProgress?: (fraction: number) => void;
}

type Keeper = LeaseKeeper<null>;

/** The step was refused: the lease is another's, or the backfill was canceled. */
class LeaseLost extends Error {}

/**
 * Looks at a backfill and goes on with it, step by step, as far as the exchange lets it. Safe to call for any backfill, any
 * number of times, anywhere: what is not stored together with how far it came is fetched again.
 */
export class BackfillCandles {
  constructor(private readonly parts: BackfillCandlesParts) {}

  /** @throws what passes by itself (a database that is away): the transport tries again later. */
  async look(backfillId: string, { shutdown, onProgress = () => undefined }: BackfillLookOptions): Promise<BackfillLook> {
    const { store, clock, workerId, leaseMs } = this.parts;
    if (shutdown.aborted) return { kind: 'held', untilMs: clock.nowMs() };
    const claim = await store.claim(backfillId, workerId, leaseMs);
    if (claim.kind !== 'claimed') return claim.kind === 'held' ? claim : { kind: 'nothing-to-do' };
    const keeper = this.keep(claim.lease);
    const onShutdown = () => keeper.stop('shutdown');
    shutdown.addEventListener('abort', onShutdown, { once: true });
    if (shutdown.aborted) onShutdown();
    try {
      await this.fetch(claim.lease, keeper, onProgress);
      return { kind: (await store.complete(backfillId, claim.lease.epoch)) ? 'completed' : 'discarded' };
    } catch (error) {
      return await this.conclude(claim.lease, keeper, error);
    } finally {
      shutdown.removeEventListener('abort', onShutdown);
      await keeper.close();
    }
  }

  private keep({ backfill, epoch }: BackfillLease): Keeper {
    const { store, leaseMs } = this.parts;
    const beat = async (): Promise<HeartbeatOutcome> => ((await store.heartbeat(backfill.id, epoch, leaseMs)) ? 'continue' : 'lease-lost');
    return new LeaseKeeper(this.parts, { beat, noProgress: null, logFields: { backfillId: backfill.id } });
  }

  private async fetch({ backfill, epoch }: BackfillLease, keeper: Keeper, onProgress: (fraction: number) => void): Promise<void> {
    const { source, clock } = this.parts;
    const { marketId, toMs, identity } = backfill;
    const intervalMs = INTERVAL_MS[identity.interval];
    const { fromMs, notice } = await this.beginning(backfill);
    const gatherer = new StepGatherer(fromMs, intervalMs);
    const store = () => this.store(backfill.id, epoch, gatherer, notice, onProgress);
    try {
      for await (const page of source.candles({ marketId, interval: identity.interval, fromMs, toMs }, keeper.signal)) {
        keeper.signal.throwIfAborted();
        gatherer.add(page, clock.nowMs());
        if (gatherer.isDue(clock.nowMs())) await store();
      }
    } catch (error) {
      // What came before an exchange failed need not come again.
      if (judgeFailure(error, { backfill, epoch, failedLooks: 0, failingSinceMs: null }, clock.nowMs()) !== null) await store();
      throw error;
    }
    await store();
    if (gatherer.nextFromMs <= toMs) throw new NotClosedYet(`${identity.exchange} has not closed all candles of the range yet`);
  }

  /** Where to go on from, and what is to be said of it. A market's listing is looked for once, before anything is stored. */
  private async beginning(backfill: CandleBackfill): Promise<{ readonly fromMs: number; readonly notice: BackfillNotice | null }> {
    const { source } = this.parts;
    const { identity, marketId, fromMs, toMs, nextFromMs } = backfill;
    if (identity.exchange !== source.venue) {
      throw new BackfillFault('other-exchange', `this product now talks to ${source.venue}, and cannot fetch candles of ${identity.exchange}; submit it again when it does`);
    }
    if (nextFromMs > fromMs) return { fromMs: nextFromMs, notice: null };
    const firstMs = await source.firstCandleMs(marketId, identity.interval);
    if (firstMs === null) throw noCandles(backfill);
    if (firstMs > toMs) throw beforeListing(backfill, firstMs);
    return firstMs > fromMs ? { fromMs: firstMs, notice: beginsAtListing(backfill, firstMs) } : { fromMs, notice: null };
  }

  private async store(id: string, epoch: number, gatherer: StepGatherer, notice: BackfillNotice | null, onProgress: (fraction: number) => void): Promise<void> {
    if (gatherer.isEmpty) return;
    const { store, leaseMs, failpoint = NO_FAILPOINT } = this.parts;
    await failpoint('ingest.after_fetch');
    const outcome = await store.storeStep(id, epoch, { ...gatherer.take(), notice }, leaseMs);
    await failpoint('ingest.after_upsert');
    if (outcome.kind === 'lost') throw new LeaseLost('the lease is no longer ours, or the backfill was canceled');
    onProgress(progressOf(outcome.backfill));
  }

  /** What becomes of a backfill that did not come to its end. */
  private async conclude(lease: BackfillLease, keeper: Keeper, error: unknown): Promise<BackfillLook> {
    const { store, clock } = this.parts;
    const { epoch, backfill: { id } } = lease;
    if (error instanceof LeaseLost || keeper.stopReason === 'lease-lost' || keeper.stopReason === 'canceled') return { kind: 'discarded' };
    if (keeper.stopReason === 'shutdown') return { kind: (await store.release(id, epoch)) ? 'released' : 'discarded' };
    const verdict = judgeFailure(error, lease, clock.nowMs());
    if (verdict === null) return this.giveUp(lease, error);
    const { problem } = verdict;
    if (verdict.kind === 'fail') return (await store.fail(id, epoch, problem)) ? { kind: 'failed', problem } : { kind: 'discarded' };
    const isPostponed = await store.postpone(id, epoch, verdict.delayMs, problem);
    return isPostponed ? { kind: 'postponed', delayMs: verdict.delayMs, problem } : { kind: 'discarded' };
  }

  private async giveUp({ epoch, backfill: { id } }: BackfillLease, error: unknown): Promise<BackfillLook> {
    const { store, log } = this.parts;
    if (isPassingStoreFailure(error)) {
      // Without this, the transport's next try would find the lease held, by this very process.
      await store.endLease(id, epoch).catch(() => undefined);
      throw error;
    }
    log.error({ event: 'backfill-defect', backfillId: id, error }, 'A backfill failed for a reason that nobody foresaw');
    return (await store.fail(id, epoch, DEFECT)) ? { kind: 'failed', problem: DEFECT } : { kind: 'discarded' };
  }
}

const DEFECT: BackfillNotice = { code: 'internal-error', detail: 'the ingestor failed for a reason that its log tells' };
