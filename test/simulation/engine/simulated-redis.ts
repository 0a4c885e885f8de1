import type { JobQueue, LatestPrice, LatestPrices, QueuedJob, VenueName } from '#application';
import type { Chance } from './chance.js';
import type { VirtualTime } from './virtual-time.js';

export interface RedisOdds {
  /** Of a job that is added: it is never seen again. */
  readonly drop: number;
  /** It is given to two workers. */
  readonly duplicate: number;
  readonly delay: number;
  /** Another one of its queue goes first. */
  readonly reorder: number;
}

/** What a look at a job came to: it is over, or comes back later by so much. */
export type JobEnd = { readonly kind: 'done' } | { readonly kind: 'again'; readonly delayMs: number };

export interface QueuePolicy {
  readonly attempts: number;
  readonly lockMs: number;
  readonly stalledCheckMs: number;
  readonly maxStalledCount: number;
}

export interface Consumer {
  readonly queue: string;
  readonly concurrency: number;
  readonly policy: QueuePolicy;
  /** False: its process is dead, or stands still. */
  readonly isAwake: () => boolean;
  readonly isDead: () => boolean;
  readonly handle: (job: { readonly payload: QueuedJob['payload']; readonly addedMs: number }) => Promise<JobEnd>;
}

interface Job extends Omit<QueuedJob, 'payload'> {
  readonly addedMs: number;
  payload: QueuedJob['payload'];
  state: 'waiting' | 'active' | 'over';
  availableMs: number;
  tries: number;
  stalls: number;
  /** Whose word about its end counts. */
  token: number;
}

interface Worker extends Consumer {
  active: number;
}

export interface RedisCounts {
  added: number;
  dropped: number;
  duplicated: number;
  stalled: number;
  flushes: number;
}

export interface SimulatedRedisParts {
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly odds: () => RedisOdds;
  readonly note: (who: string, what: string) => void;
  /** Told of each look at a job that failed. */
  readonly onFailure: (error: unknown) => void;
}

const MOST_REMEMBERED = 1_000;

/** Redis with BullMQ's queues and the latest prices: at least once, in no order, and all of it may be gone at any moment. */
export class SimulatedRedis {
  private jobs = new Map<string, Job>();
  private readonly waiting = new Map<string, Set<Job>>();
  private prices = new Map<string, LatestPrice>();
  private workers: Worker[] = [];
  private tokens = 0;
  private isDown = false;
  readonly counts: RedisCounts = { added: 0, dropped: 0, duplicated: 0, stalled: 0, flushes: 0 };

  constructor(private readonly parts: SimulatedRedisParts) {}

  /** Everything is gone. */
  flush(): void {
    this.jobs = new Map();
    this.waiting.clear();
    this.prices = new Map();
    this.counts.flushes += 1;
    this.parts.note('redis', 'is emptied');
  }

  goAway(durationMs: number): void {
    this.isDown = true;
    this.parts.note('redis', `is away for ${durationMs} ms`);
    this.parts.time.after(durationMs, () => {
      this.isDown = false;
      for (const queue of new Set(this.workers.map((worker) => worker.queue))) this.kick(queue);
    });
  }

  readonly queue: JobQueue = {
    add: async (job) => {
      await this.answer();
      this.add(job);
    },
    alive: async (queue, jobIds) => {
      await this.answer();
      return new Set(jobIds.filter((jobId) => ['waiting', 'active'].includes(this.jobs.get(keyOf(queue, jobId))?.state ?? '')));
    },
  };

  readonly latestPrices: LatestPrices = {
    publish: async (venue, prices) => {
      await this.answer();
      for (const price of prices) this.prices.set(keyOf(venue, price.marketId), price);
    },
    read: async (venue: VenueName, marketIds) => {
      await this.answer();
      return marketIds.map((marketId) => this.prices.get(keyOf(venue, marketId)) ?? null);
    },
  };

  consume(consumer: Consumer): void {
    this.workers = this.workers.filter((worker) => !worker.isDead());
    this.workers.push({ ...consumer, active: 0 });
    this.kick(consumer.queue);
  }

  private async answer(): Promise<void> {
    await this.parts.time.pause(1);
    if (this.isDown) throw new Error('Redis is away');
  }

  private add(job: QueuedJob): void {
    const { chance, odds, time } = this.parts;
    const { drop, delay } = odds();
    this.counts.added += 1;
    if (chance.happens(drop)) return void (this.counts.dropped += 1);
    const waiting = job.coalesceKey === undefined ? undefined : this.waitingOf(job.queue).find(({ coalesceKey }) => coalesceKey === job.coalesceKey);
    if (waiting !== undefined) return void (waiting.payload = job.payload);
    const key = keyOf(job.queue, job.jobId);
    // One that has ended is remembered for a while, and its id taken for done.
    if (this.jobs.has(key)) return;
    const availableMs = time.nowMs + (chance.happens(delay) ? chance.whole(1_000, 60_000) : 0);
    const added: Job = { ...job, addedMs: time.nowMs, state: 'waiting', availableMs, tries: 0, stalls: 0, token: 0 };
    this.jobs.set(key, added);
    this.wait(added);
    this.forget();
    this.kick(job.queue, availableMs - time.nowMs);
  }

  /** Of jobs that are over only the latest are remembered. */
  private forget(): void {
    if (this.jobs.size <= 2 * MOST_REMEMBERED) return;
    const over = [...this.jobs].filter(([, { state }]) => state === 'over');
    for (const [key] of over.slice(0, Math.max(0, over.length - MOST_REMEMBERED))) this.jobs.delete(key);
  }

  private kick(queue: string, delayMs = 0): void {
    this.parts.time.after(delayMs + this.parts.chance.whole(1, 20), () => this.deliver(queue));
  }

  private deliver(queue: string): void {
    const { time, chance, odds } = this.parts;
    if (this.isDown) return;
    const ready = this.waitingOf(queue).filter((job) => job.availableMs <= time.nowMs);
    if (ready.length === 0) return;
    const free = this.workers.filter((worker) => worker.queue === queue && worker.isAwake() && worker.active < worker.concurrency);
    if (free.length === 0) return;
    const { reorder, duplicate } = odds();
    const job = chance.happens(reorder) ? chance.pick(ready) : ready[0]!;
    this.give(job, chance.pick(free));
    if (chance.happens(duplicate)) {
      this.counts.duplicated += 1;
      this.run(job, chance.pick(free), -1);
    }
    if (ready.length > 1) this.kick(queue);
  }

  private give(job: Job, worker: Worker): void {
    this.tokens += 1;
    this.waiting.get(job.queue)?.delete(job);
    Object.assign(job, { state: 'active', token: this.tokens });
    this.run(job, worker, this.tokens);
    this.watchLock(job, worker, this.tokens);
  }

  private run(job: Job, worker: Worker, token: number): void {
    worker.active += 1;
    const end = (next: () => void): void => {
      worker.active -= 1;
      if (this.isHeld(job, token)) next();
      this.kick(worker.queue);
    };
    void worker.handle(job).then(
      (outcome) => end(() => this.putBack(job, outcome.kind === 'again' ? outcome.delayMs : null)),
      (error: unknown) => {
        this.parts.onFailure(error);
        end(() => this.retry(job, worker));
      },
    );
  }

  /** Null: it has ended. */
  private putBack(job: Job, delayMs: number | null): void {
    job.state = delayMs === null ? 'over' : 'waiting';
    job.availableMs = this.parts.time.nowMs + Math.max(0, delayMs ?? 0);
    if (delayMs === null) return;
    this.wait(job);
    this.kick(job.queue, Math.max(0, delayMs));
  }

  private retry(job: Job, { policy }: Worker): void {
    job.tries += 1;
    this.putBack(job, job.tries >= policy.attempts ? null : 1_000 * 2 ** job.tries * this.parts.chance.between(0.5, 1));
  }

  /** A worker that is dead or stands still renews no lock: its job is given to another one, whatever it does later. */
  private watchLock(job: Job, worker: Worker, token: number): void {
    const { lockMs, stalledCheckMs, maxStalledCount } = worker.policy;
    this.parts.time.after(lockMs + this.parts.chance.whole(0, stalledCheckMs), () => {
      if (!this.isHeld(job, token)) return;
      if (worker.isAwake()) return this.watchLock(job, worker, token);
      this.counts.stalled += 1;
      job.stalls += 1;
      this.putBack(job, job.stalls > maxStalledCount ? null : 0);
    });
  }

  /** What was emptied meanwhile is nobody's any more. */
  private isHeld(job: Job, token: number): boolean {
    return job.token === token && job.state === 'active' && this.jobs.get(keyOf(job.queue, job.jobId)) === job;
  }

  private wait(job: Job): void {
    const waiting = this.waiting.get(job.queue);
    if (waiting === undefined) this.waiting.set(job.queue, new Set([job]));
    else waiting.add(job);
  }

  private waitingOf(queue: string): readonly Job[] {
    return [...(this.waiting.get(queue) ?? [])];
  }
}

const keyOf = (queue: string, id: string): string => `${queue}|${id}`;
