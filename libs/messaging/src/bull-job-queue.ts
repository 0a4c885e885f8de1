import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { JobQueue, QueuedJob } from '#application';
import type { QueueContract } from '#contracts';
import { producerConnection } from './bull-connection.js';
import { jobOptions } from './job-options.js';
import { assertRegistered } from './worker-options.js';

/** The transport refused or is away; the job is not on the queue as far as we know. */
export class TransportFailure extends Error {
  constructor(
    readonly kind: 'unavailable' | 'refused',
    message: string,
    options: { readonly cause: unknown },
  ) {
    super(message, options);
    this.name = 'TransportFailure';
  }
}

/** In these a job will still be looked at; finished and failed ones will not, and Redis may have forgotten it altogether. */
const ALIVE_STATES: ReadonlySet<string> = new Set(['waiting', 'prioritized', 'delayed', 'active', 'waiting-children']);
const CALL_MS = 3_000;
const REOPEN_MS = 250;

export interface ProducerOptions {
  readonly redisUrl: string;
  readonly contracts: readonly QueueContract[];
  /** For the log only: the connection is tried again by itself. */
  readonly onError?: (error: Error) => void;
  /** Called whenever Redis has become reachable: what waits can go out now. */
  readonly onReady?: () => void;
}

/** Adds jobs to BullMQ queues over one connection. Its calls reject at once while Redis is away, and never hang. */
export class BullJobQueue implements JobQueue {
  private readonly client: Redis;
  private readonly byName: ReadonlyMap<string, { readonly contract: QueueContract; queue: Queue }>;
  private isClosed = false;

  constructor({ redisUrl, contracts, onError = () => undefined, onReady = () => undefined }: ProducerOptions) {
    contracts.forEach(assertRegistered);
    this.client = producerConnection(redisUrl, onError);
    this.client.on('ready', onReady);
    this.byName = new Map(contracts.map((contract) => [contract.name, { contract, queue: this.open(contract) }]));
  }

  /** The BullMQ queues as they are now, in the contracts' order: for Bull Board. */
  get queues(): readonly Queue[] {
    return [...this.byName.values()].map(({ queue }) => queue);
  }

  get isReady(): boolean {
    return this.client.status === 'ready';
  }

  async add(job: QueuedJob): Promise<void> {
    const { contract, queue } = this.known(job.queue);
    const options = jobOptions(contract, job);
    const payload = contract.payload.parse(job.payload);
    await this.call(`add ${job.jobId}`, async () => {
      const added = await queue.add(job.queue, payload, options);
      // BullMQ kept an older one of the same key: where that still waits, it is to carry the latest. It may just have ended.
      if (job.coalesceKey !== undefined && added.id !== job.jobId) await added.updateData(payload).catch(() => undefined);
    });
  }

  async alive(queueName: string, jobIds: readonly string[]): Promise<ReadonlySet<string>> {
    const { queue } = this.known(queueName);
    const states = await this.call('look up jobs', () => Promise.all(jobIds.map((jobId) => queue.getJobState(jobId))));
    return new Set(jobIds.filter((_, index) => ALIVE_STATES.has(states[index] ?? 'unknown')));
  }

  /** Rejects where Redis does not answer: for readiness. */
  async ping(): Promise<void> {
    await this.call('ping', () => this.client.ping());
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.allSettled([...this.byName.values()].map(({ queue }) => within(CALL_MS, queue.close())));
    this.client.disconnect();
  }

  private open(contract: QueueContract): Queue {
    const queue = new Queue(contract.name, { connection: this.client, streams: { events: { maxLen: 10_000 } } });
    // What concerns the connection has been told by the client already; without a listener BullMQ prints it.
    queue.on('error', () => undefined);
    // BullMQ asks Redis for its version once; where that goes wrong, the queue would refuse everything for ever.
    const openedMs = performance.now();
    queue.waitUntilReady().catch(() => this.reopenSoon(contract, performance.now() - openedMs));
    return queue;
  }

  /** Never twice in a row: on a connection that is being made anew it would fail again at once, and so on without an end. */
  private reopenSoon(contract: QueueContract, triedForMs: number): void {
    if (!this.isReady) this.client.once('ready', () => this.reopen(contract));
    else if (triedForMs < REOPEN_MS) setTimeout(() => this.reopen(contract), REOPEN_MS).unref();
    else this.reopen(contract);
  }

  private reopen(contract: QueueContract): void {
    const known = this.byName.get(contract.name);
    if (known !== undefined && !this.isClosed) known.queue = this.open(contract);
  }

  private known(name: string) {
    const known = this.byName.get(name);
    if (known === undefined) throw new TransportFailure('refused', `no queue ${name} here`, { cause: null });
    return known;
  }

  private async call<Value>(what: string, command: () => Promise<Value>): Promise<Value> {
    if (!this.isReady) throw new TransportFailure('unavailable', `Redis is away: cannot ${what}`, { cause: null });
    try {
      return await within(CALL_MS, command());
    } catch (error) {
      // A peer that has silently vanished would keep the connection "ready" for minutes.
      if (isTimeout(error)) this.client.disconnect(true);
      throw new TransportFailure('unavailable', `Redis could not ${what}`, { cause: error });
    }
  }
}

const isTimeout = (error: unknown): boolean => error instanceof Error && /timed out/u.test(error.message);

async function within<Value>(limitMs: number, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`timed out after ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
