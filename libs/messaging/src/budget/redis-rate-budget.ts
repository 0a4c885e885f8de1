import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { VenueFailure, type BudgetPenalty, type BudgetRequest, type RateBudget } from '#application';
import { producerConnection } from '../bull-connection.js';
import { BUDGET_LIMITS, countersOf, type BudgetLimits, type Counter } from './budget-limits.js';
import { SharedManners } from './manners.js';
import { SlidingWindows } from './sliding-window.js';
import { TurnLane } from './turn-lane.js';

const LONGEST_TURN_MS = 10_000;
const LONGEST_LINE = 1_000;
const CONNECT_PATIENCE_MS = 1_000;
const JITTER_MS = 50;

export interface RateBudgetOptions {
  readonly redisUrl: string;
  /** What is limited together: the venue's name. */
  readonly scope: string;
  readonly limits?: Partial<BudgetLimits>;
  /** A request whose turn would come later is refused. */
  readonly longestTurnMs?: number;
  readonly recoveryMs?: number;
  readonly shortestBanMs?: number;
  /** For the log only: the connection is tried again by itself. */
  readonly onError?: (error: Error) => void;
}

/** One budget for all processes that share a Redis. While that is away each one goes on with a small share of its own. */
export class RedisRateBudget implements RateBudget {
  private readonly client: Redis;
  private readonly limits: BudgetLimits;
  private readonly windows: SlidingWindows;
  private readonly manners: SharedManners;
  private readonly lanes = new Map<string, TurnLane>();
  private connecting: Promise<unknown> | null;

  constructor(private readonly options: RateBudgetOptions) {
    this.limits = { ...BUDGET_LIMITS, ...options.limits };
    this.client = producerConnection(options.redisUrl, options.onError ?? (() => undefined));
    const prefix = `rebalancer:budget:${options.scope}`;
    this.windows = new SlidingWindows(this.client, prefix);
    this.manners = new SharedManners(this.client, { key: `${prefix}:manners`, recoveryMs: options.recoveryMs, shortestBanMs: options.shortestBanMs });
    // The first request of a process should not fall on the small share only because it came a moment too early.
    this.connecting = once(this.client, 'ready', { signal: AbortSignal.timeout(CONNECT_PATIENCE_MS) }).catch(() => undefined);
  }

  async take(request: BudgetRequest, signal?: AbortSignal): Promise<void> {
    const turn = new Patience(this.options.longestTurnMs ?? LONGEST_TURN_MS, signal);
    try {
      await this.connecting;
      this.connecting = null;
      const leave = await this.laneOf(request).enter(turn.signal);
      try {
        await this.waitForTurn(request, turn);
      } finally {
        this.leaveLater(leave, request.purpose);
      }
    } finally {
      turn.end();
    }
  }

  async penalize(penalty: BudgetPenalty): Promise<void> {
    await this.connecting;
    await this.manners.penalize(penalty);
  }

  close(): void {
    this.client.disconnect();
  }

  /** Ingestion keeps its pace: whoever came first would else take all that is left in one burst, and always the same one. */
  private leaveLater(leave: () => void, purpose: BudgetRequest['purpose']): void {
    if (purpose === 'execution') leave();
    else setTimeout(leave, 2_000 / this.limits.requestsPerSecond).unref();
  }

  /** By purpose and endpoint: those of one lane need the same counters, and the others must not wait for them. */
  private laneOf({ purpose, endpoint }: BudgetRequest): TurnLane {
    const name = `${purpose} ${endpoint}`;
    const lane = this.lanes.get(name) ?? new TurnLane();
    this.lanes.set(name, lane);
    if (lane.waiting >= LONGEST_LINE) throw outOfTurn(`${LONGEST_LINE} requests wait for ${name} already`, LONGEST_TURN_MS);
    return lane;
  }

  private async waitForTurn(request: BudgetRequest, turn: Patience): Promise<void> {
    for (;;) {
      turn.signal.throwIfAborted();
      const { level, silentForMs, bannedForMs } = await this.manners.now();
      if (bannedForMs > 0) throw banned(bannedForMs);
      const waitMs = silentForMs > 0 ? silentForMs : await this.raiseAll(countersOf(request, this.limits, level));
      if (waitMs === 0) return;
      const reason = silentForMs > 0 ? 'the venue asked for silence' : `the budget of ${request.endpoint} is used up`;
      if (waitMs > turn.leftMs) throw outOfTurn(reason, waitMs);
      await this.pauseFor(waitMs, turn.signal);
    }
  }

  /** Spread a little, so that those who wait for the same moment do not ask at the same one. */
  private async pauseFor(waitMs: number, signal: AbortSignal): Promise<void> {
    await pause(waitMs + Math.random() * JITTER_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }

  /** All of them or none: what one refuses is given back to those before. Returns how long to wait; 0: all are raised. */
  private async raiseAll(counters: readonly Counter[]): Promise<number> {
    for (const [index, counter] of counters.entries()) {
      const waitMs = await this.windows.raise(counter);
      if (waitMs === 0) continue;
      await Promise.allSettled(counters.slice(0, index).map((raised) => this.windows.giveBack(raised)));
      return waitMs;
    }
    return 0;
  }
}

/** The time that one request may wait, and whoever may end it. */
class Patience {
  private readonly controller = new AbortController();
  private readonly endsMs: number;
  private readonly timer: NodeJS.Timeout;
  private readonly onAbort = () => this.controller.abort(this.outer?.reason);

  constructor(
    longestMs: number,
    private readonly outer: AbortSignal | undefined,
  ) {
    this.endsMs = performance.now() + longestMs;
    this.timer = setTimeout(() => this.controller.abort(outOfTurn('its turn did not come', longestMs)), longestMs);
    if (outer?.aborted === true) this.onAbort();
    else outer?.addEventListener('abort', this.onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get leftMs(): number {
    return this.endsMs - performance.now();
  }

  end(): void {
    clearTimeout(this.timer);
    this.outer?.removeEventListener('abort', this.onAbort);
  }
}

function outOfTurn(reason: string, retryAfterMs: number): VenueFailure {
  return new VenueFailure('rate-limited', `not sent: ${reason}`, { cause: null, retryAfterMs: Math.ceil(retryAfterMs) });
}

function banned(retryAfterMs: number): VenueFailure {
  const seconds = Math.ceil(retryAfterMs / 1_000);
  return new VenueFailure('banned', `not sent: the venue has banned us, for ${seconds} s more`, { cause: null, retryAfterMs: Math.ceil(retryAfterMs) });
}
