import { CandleColumnsBuilder, candleAt, describeSeries, INTERVAL_MS, type CandleColumns } from '#domain';
import type { EventLog } from '../ports/event-log.port.js';
import type { MarketDataPort } from '../ports/market-data.port.js';
import type { Timer } from '../ports/timer.port.js';
import { VenueFailure } from '../ports/venue-failure.js';
import { LastProblem } from '../rounds/last-problem.js';
import { RoundLoop } from '../rounds/round-loop.js';
import { problemOf } from './backfill-problems.js';
import type { CandleGap, CandleGapStore } from './candle-gap-store.port.js';

export interface RetryGapsParts {
  readonly source: Pick<MarketDataPort, 'venue' | 'candles'>;
  readonly gaps: CandleGapStore;
  readonly timer: Timer;
  readonly log: EventLog;
  readonly isOurs: (marketId: string) => boolean;
  readonly everyMs?: number;
}

/** What one round came to, in gaps. */
export interface RetryRound {
  readonly asked: number;
  readonly accepted: number;
  readonly putOff: number;
  readonly insertedCount: number;
}

const RETRY_EVERY_MS = 30_000;
const GAPS_PER_ROUND = 500;
/** Nobody else takes these gaps meanwhile; after a crash they come back. */
const HOLD_MS = 300_000;
/** Gaps of one series this near each other are asked for by one page. */
const INTERVALS_PER_REQUEST = 500;
const PUT_OFF_MS = 60_000;
const [MINUTE_MS, HOUR_MS] = [60_000, 3_600_000] as const;
/** Before the second, third … time. A gap that was asked for again once more than this is taken as what the exchange has. */
const PAUSES_MS = [10 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS] as const;

/** Asks again for the candles that were missing, less and less often, and in the end accepts that there are none. */
export class RetryGaps {
  private readonly ending = new AbortController();
  private readonly loop: RoundLoop;
  private readonly problem = new LastProblem();

  constructor(private readonly parts: RetryGapsParts) {
    const { timer, log, everyMs = RETRY_EVERY_MS } = parts;
    this.loop = new RoundLoop({ name: 'gap-retry', everyMs, mayTakeLonger: true, round: async () => void (await this.look()), timer, log });
  }

  start(): void {
    this.loop.start();
  }

  /** What is under way ends at its next request. */
  async stop(): Promise<void> {
    this.ending.abort();
    await this.loop.stop();
  }

  /** Everything that is due now, up to a bound. @throws StoreFailure */
  async look(): Promise<RetryRound> {
    const { gaps, source, isOurs } = this.parts;
    const round = { asked: 0, accepted: 0, putOff: 0, insertedCount: 0 };
    for (const group of groupsOf(await gaps.takeDue(source.venue, GAPS_PER_ROUND, HOLD_MS, isOurs))) {
      if (this.ending.signal.aborted) break;
      await this.retry(group, round);
    }
    return round;
  }

  private async retry(group: readonly CandleGap[], round: { -readonly [Count in keyof RetryRound]: RetryRound[Count] }): Promise<void> {
    const { gaps } = this.parts;
    const found = await this.ask(group);
    if (found === 'put-off') {
      round.putOff += group.length;
      return gaps.putOff(group.map(({ id }) => id), PUT_OFF_MS);
    }
    round.asked += group.length;
    if (found.openTimesMs.length > 0) {
      const { insertedCount } = await gaps.fill(group[0]!, found, `${group[0]!.identity.exchange} asked again`);
      round.insertedCount += insertedCount;
    }
    const settled = group.map(({ id, attempts }) => ({ id, pauseMs: PAUSES_MS[attempts] ?? null }));
    round.accepted += settled.filter(({ pauseMs }) => pauseMs === null).length;
    return gaps.settle(settled);
  }

  /** The candles that came, of those that were missing. A market that is gone has none; an exchange that is away was not asked. */
  private async ask(group: readonly CandleGap[]): Promise<CandleColumns | 'put-off'> {
    const { identity, marketId, fromMs } = group[0]!;
    const found = new CandleColumnsBuilder();
    try {
      const request = { marketId, interval: identity.interval, fromMs, toMs: group.at(-1)!.toMs };
      for await (const { columns } of this.parts.source.candles(request, this.ending.signal)) take(columns, group, found);
      this.problem.ends();
    } catch (error) {
      if (!(error instanceof VenueFailure) && !this.ending.signal.aborted) throw error;
      if (!isGone(error)) {
        this.tell(error);
        return 'put-off';
      }
    }
    return found.take();
  }

  private tell(error: unknown): void {
    if (this.ending.signal.aborted || !this.problem.changesTo(problemOf(error))) return;
    this.parts.log.warn({ event: 'gap-retry-failed', error }, 'Missing candles could not be asked for again; trying later');
  }
}

const isGone = (error: unknown): boolean => error instanceof VenueFailure && (error.kind === 'unknown-market' || error.kind === 'refused');

/** What lies between two gaps is stored already, and would only be compared. */
function take(columns: CandleColumns, gaps: readonly CandleGap[], into: CandleColumnsBuilder): void {
  let gap = 0;
  for (const [index, openTimeMs] of columns.openTimesMs.entries()) {
    while (gap < gaps.length && gaps[gap]!.toMs < openTimeMs) gap += 1;
    if (gap < gaps.length && openTimeMs >= gaps[gap]!.fromMs) into.push(candleAt(columns, index));
  }
}

/** By series and market, each over as many intervals as a page has; a longer gap is a group of its own. */
export function groupsOf(gaps: readonly CandleGap[]): CandleGap[][] {
  const groups: CandleGap[][] = [];
  for (const gap of gaps) {
    const group = groups.at(-1);
    if (group !== undefined && isNear(group[0]!, gap)) group.push(gap);
    else groups.push([gap]);
  }
  return groups;
}

function isNear(first: CandleGap, gap: CandleGap): boolean {
  const isSameSeries = first.marketId === gap.marketId && describeSeries(first.identity) === describeSeries(gap.identity);
  return isSameSeries && gap.toMs - first.fromMs < INTERVALS_PER_REQUEST * INTERVAL_MS[gap.identity.interval];
}
