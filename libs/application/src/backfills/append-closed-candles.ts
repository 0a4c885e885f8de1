import { CandleColumnsBuilder, describeSeries, INTERVAL_MS, lastClosedOpenMs } from '#domain';
import type { Clock, IdSource } from '../ports/clock.port.js';
import { NO_FAILPOINT, type Failpoint } from '../failpoints/failpoint.js';
import type { EventLog } from '../ports/event-log.port.js';
import type { MarketDataPort } from '../ports/market-data.port.js';
import type { Timer } from '../ports/timer.port.js';
import { RoundLoop } from '../rounds/round-loop.js';
import { VenueFailure } from '../ports/venue-failure.js';
import type { CandleBackfillStore, SeriesStep } from './candle-backfill-store.port.js';
import { CLOSE_DELAY_MS } from './check-backfill.js';
import { eachOf } from './each-of.js';
import { problemOf } from './backfill-problems.js';
import type { FollowedSeries, FollowedSeriesStore } from './followed-series-store.port.js';

export interface AppendClosedCandlesParts {
  readonly source: Pick<MarketDataPort, 'venue' | 'candles'>;
  readonly series: FollowedSeriesStore;
  readonly backfills: Pick<CandleBackfillStore, 'submit'>;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly ids: IdSource;
  readonly log: EventLog;
  /** Which markets are this ingestor's; asked anew at each round. */
  readonly isOurs: (marketId: string) => boolean;
  /** Venue's clock minus ours, as last measured; null: never yet, so nothing is known to have closed. */
  readonly clockOffsetMs: () => number | null;
  /** Called after a backfill was submitted: the outbox has a new job. */
  readonly onQueued: () => void;
  readonly failpoint?: Failpoint;
}

/** What one round came to, in series. */
export interface AppendRound {
  readonly appended: number;
  /** What has closed is not there yet, or a backfill is at it. */
  readonly waiting: number;
  readonly submitted: number;
  readonly failed: number;
}

const LOOK_EVERY_MS = 1_000;
/** How late a series that others began to follow, or appended to, is noticed. */
const LIST_EVERY_MS = 10_000;
/** More is a backfill's work: one page of the exchange's. */
const MOST_APPENDED = 500;
const CONCURRENCY = 8;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** Of a market that is gone: it may come back, and seldom does. */
const LONGEST_PAUSE_IF_GONE_MS = 3_600_000;

interface Patience {
  readonly tries: number;
  readonly untilMs: number;
  /** The exchange does not list the market, or says that it has none of the kind. */
  readonly isGone: boolean;
  /** As it was then: once that changes, nothing is waited for. */
  readonly wasListed: boolean;
  /** Why it failed; null: the candle is only late. */
  readonly problem: string | null;
}

/**
 * Appends the candles of followed series soon after they close. What is late or fails is tried again with growing pauses;
 * a series that has fallen behind by more than a page gets a backfill. A market that is gone is asked about less and less
 * often, up to hourly, and never by a backfill, which would only fail.
 */
export class AppendClosedCandles {
  private readonly patience = new Map<string, Patience>();
  private listed: { readonly atMs: number; readonly series: Map<string, FollowedSeries> } | null = null;
  private readonly ending = new AbortController();
  private readonly loop: RoundLoop;

  constructor(private readonly parts: AppendClosedCandlesParts) {
    const { timer, log } = parts;
    this.loop = new RoundLoop({ name: 'append', everyMs: LOOK_EVERY_MS, mayTakeLonger: true, round: async () => void (await this.look()), timer, log });
  }

  start(): void {
    this.loop.start();
  }

  /** What is under way ends at its next step. */
  async stop(): Promise<void> {
    this.ending.abort();
    await this.loop.stop();
  }

  /** Everything that is due now. @throws StoreFailure where even the list of series cannot be had. */
  async look(): Promise<AppendRound> {
    const nowMs = this.parts.clock.nowMs();
    const ours = [...(await this.list(nowMs)).values()].filter(({ marketId }) => this.parts.isOurs(marketId));
    this.forgetAllBut(ours);
    const offsetMs = this.parts.clockOffsetMs();
    const due = offsetMs === null ? [] : ours.filter((series) => this.isDue(series, nowMs, offsetMs));
    const round = { appended: 0, waiting: 0, submitted: 0, failed: 0 };
    await eachOf(due, CONCURRENCY, async (series) => {
      if (!this.ending.signal.aborted) round[await this.bringUpToDate(series, this.closedMs(series, offsetMs!))] += 1;
    });
    if (round.submitted > 0) this.parts.onQueued();
    return round;
  }

  private async list(nowMs: number): Promise<Map<string, FollowedSeries>> {
    if (this.listed === null || nowMs - this.listed.atMs >= LIST_EVERY_MS) {
      const followed = await this.parts.series.followed(this.parts.source.venue);
      this.listed = { atMs: nowMs, series: new Map(followed.map((series) => [keyOf(series), series])) };
    }
    return this.listed.series;
  }

  private isDue(series: FollowedSeries, nowMs: number, offsetMs: number): boolean {
    if (series.nextFromMs === null || series.nextFromMs > this.closedMs(series, offsetMs)) return false;
    return (this.patienceWith(series)?.untilMs ?? 0) <= nowMs;
  }

  /** The youngest open time that has closed by the venue's clock. */
  private closedMs({ identity }: FollowedSeries, offsetMs: number): number {
    return lastClosedOpenMs(this.parts.clock.nowMs() + offsetMs - CLOSE_DELAY_MS, identity.interval);
  }

  private async bringUpToDate(series: FollowedSeries, closedMs: number): Promise<keyof AppendRound> {
    try {
      const outcome = await this.catchUp(series, closedMs);
      if (outcome === 'appended' && series.isListed) this.patience.delete(keyOf(series));
      else this.bePatient(series, !series.isListed, null);
      return outcome;
    } catch (error) {
      if (this.ending.signal.aborted) return 'failed';
      const isGone = !series.isListed || (error instanceof VenueFailure && error.kind === 'unknown-market');
      if (!isGone) this.tell(series, error);
      this.bePatient(series, isGone, problemOf(error));
      return 'failed';
    }
  }

  private catchUp(series: FollowedSeries, closedMs: number): Promise<'appended' | 'waiting' | 'submitted'> {
    const pageEndMs = series.nextFromMs! + (MOST_APPENDED - 1) * INTERVAL_MS[series.identity.interval];
    if (closedMs <= pageEndMs) return this.append(series, closedMs);
    const isGone = !series.isListed || this.patienceWith(series)?.isGone === true;
    return isGone ? this.append(series, pageEndMs) : this.submit(series, closedMs);
  }

  private async append(series: FollowedSeries, closedMs: number): Promise<'appended' | 'waiting'> {
    const { failpoint = NO_FAILPOINT } = this.parts;
    const step = await this.fetch(series, closedMs);
    await failpoint('ingest.after_fetch');
    if (step.nextFromMs > step.fromMs) await this.parts.series.append(series, step, `${series.identity.exchange} as it closed`);
    await failpoint('ingest.after_upsert');
    this.listed?.series.set(keyOf(series), { ...series, nextFromMs: step.nextFromMs });
    return step.nextFromMs > closedMs ? 'appended' : 'waiting';
  }

  private async fetch({ identity, marketId, nextFromMs }: FollowedSeries, closedMs: number): Promise<SeriesStep> {
    const intervalMs = INTERVAL_MS[identity.interval];
    const fetched = new CandleColumnsBuilder();
    let coveredToMs = nextFromMs! - intervalMs;
    for await (const page of this.parts.source.candles({ marketId, interval: identity.interval, fromMs: nextFromMs!, toMs: closedMs }, this.ending.signal)) {
      fetched.append(page.columns);
      coveredToMs = page.coveredToMs;
    }
    const columns = fetched.take();
    // The youngest may only be late: it counts as missing once the one after it has closed as well.
    const certainToMs = Math.max(columns.openTimesMs.at(-1) ?? -Infinity, Math.min(coveredToMs, closedMs - intervalMs));
    return { fromMs: nextFromMs!, nextFromMs: Math.max(nextFromMs!, certainToMs + intervalMs), columns };
  }

  /** One at a time: while a backfill of the series is open, there is nothing more to do. It does not follow: that stands, or was stopped meanwhile. */
  private async submit(series: FollowedSeries, closedMs: number): Promise<'submitted' | 'waiting'> {
    if (series.isBackfilling) return 'waiting';
    const { identity, marketId, nextFromMs } = series;
    const { clock, ids, backfills } = this.parts;
    this.listed?.series.set(keyOf(series), { ...series, isBackfilling: true });
    await backfills.submit([{ id: ids.next('bf'), identity, marketId, fromMs: nextFromMs!, toMs: closedMs, isFollowed: false, createdAtMs: clock.nowMs() }]);
    return 'submitted';
  }

  private patienceWith(series: FollowedSeries): Patience | null {
    const patience = this.patience.get(keyOf(series));
    return patience?.wasListed === series.isListed ? patience : null;
  }

  private bePatient(series: FollowedSeries, isGone: boolean, problem: string | null): void {
    const before = this.patienceWith(series);
    const tries = (before?.tries ?? 0) + 1;
    const pauseMs = Math.min(isGone ? LONGEST_PAUSE_IF_GONE_MS : LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries - 1, 12));
    if (isGone && before?.isGone !== true) this.tellGone(series);
    this.patience.set(keyOf(series), { tries, untilMs: this.parts.clock.nowMs() + pauseMs, isGone, wasListed: series.isListed, problem });
  }

  private forgetAllBut(series: readonly FollowedSeries[]): void {
    const kept = new Set(series.map(keyOf));
    for (const key of this.patience.keys()) if (!kept.has(key)) this.patience.delete(key);
  }

  /** Once for each problem, as long as any series has it: an exchange that is away would fill the log, with a line for each series and try. */
  private tell(series: FollowedSeries, error: unknown): void {
    const problem = problemOf(error);
    if ([...this.patience.values()].some((known) => known.problem === problem)) return;
    this.parts.log.warn({ event: 'append-failed', subject: keyOf(series), error }, 'Closed candles could not be appended; trying again');
  }

  private tellGone(series: FollowedSeries): void {
    const subject = keyOf(series);
    this.parts.log.warn({ event: 'followed-market-gone', subject, marketId: series.marketId },
      'The exchange no longer has a market that is followed: it is asked about ever less often, up to hourly; `rebalancer candles followed stop` ends that');
  }
}

const keyOf = ({ identity }: FollowedSeries): string => describeSeries(identity);
