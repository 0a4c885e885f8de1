import { OutboxDispatcher, SCHEDULE_TIMES, type ExecutionLook } from '#application';
import { accountReconcile, orderAdvance, planAdvance } from '#contracts';
import { createExecutorCore } from '../../../apps/order-executor/src/executor-core.js';
import { openVenue, type VenueAccess } from '../../../apps/order-executor/src/live-venue.js';
import { lookAtRequested, putBackAtMs } from '../../../apps/order-executor/src/put-back.js';
import type { Life } from '../engine/simulated-process.js';
import type { JobEnd } from '../engine/simulated-redis.js';
import type { Machine } from './machine.js';
import { storesOf } from './stores.js';

export interface LiveKey {
  readonly accountId: string;
  readonly key: string;
  readonly secret: string;
}

const CONCURRENCY = 4;
export const ORDER_LEASE_MS = 30_000;

/** Null for the key: it trades on paper alone. */
export function bootExecutor(machine: Machine, key: LiveKey | null): (life: Life) => void {
  return (life) => {
    const core = openCore(machine, key, life);
    // As in the app: what cannot be had at the start ends the process, and its supervisor starts it again.
    core.open().then(core.takeJobs, (error: unknown) => life.process.crash(String(error)));
  };
}

function openCore(machine: Machine, key: LiveKey | null, life: Life) {
  const stores = storesOf(machine.stores, life);
  const queues = life.port('queues', machine.redis.queue);
  const log = machine.log(life);
  const { clock, timer, monotonicMs } = life;
  const effects = { clock, timer, monotonicMs, random: machine.chance.fraction, ids: machine.ids, send: throughLife(machine, life) };
  const dispatcher = new OutboxDispatcher({ outbox: stores.outbox, jobs: queues, timer, log });
  const configuration = {
    exchange: { venue: 'SIMULATOR', origin: machine.origin, trustedHosts: [], money: 'play money' } as const,
    credentials: key === null ? null : { apiKey: key.key, secret: key.secret },
    orderLeaseMs: ORDER_LEASE_MS, confirmAfterMs: 60_000, clockEveryMs: 100_000, heartbeatEveryMs: 300_000,
    schedule: { ...SCHEDULE_TIMES, activeSweepMs: 120_000, sweepMs: 1_800_000, balancesMs: 1_800_000, differingMs: 120_000 },
  };
  const access = named(openVenue(configuration, null, effects, log), key);
  const core = createExecutorCore({
    configuration, stores, access, queues, log, effects, executorId: `${life.name}-${machine.chance.whole(0, 999_999)}`, prices: life.port('prices', machine.redis.latestPrices),
    onQueued: () => dispatcher.kick(), isStopping: () => false, failpoint: machine.failpoint(life),
    haltFile: life.port('halt-file', { exists: async () => machine.isHaltFileThere() }),
  });
  const takeJobs = (): void => {
    core.start();
    dispatcher.start();
    consume(machine, life, core, stores);
  };
  return { open: () => core.open(), takeJobs };
}

type Core = ReturnType<typeof createExecutorCore>;

/** The product knows one live account for each deployment; here each key is a deployment's. */
function named(access: VenueAccess, key: LiveKey | null): VenueAccess {
  return access.live === null || key === null ? access : { ...access, live: { ...access.live, accountId: key.accountId } };
}

const throughLife = (machine: Machine, life: Life): Machine['send'] => (request) => life.call(() => machine.send(request));

function consume(machine: Machine, life: Life, core: Core, stores: ReturnType<typeof storesOf>): void {
  const awake = { isAwake: () => life.process.isAwake(life), isDead: () => life.isDead, concurrency: CONCURRENCY };
  const ended = (look: ExecutionLook, addedMs: number): JobEnd => {
    const nowMs = life.clock.nowMs();
    const atMs = putBackAtMs(look, nowMs, life.trueMs() - addedMs);
    return atMs === null ? { kind: 'done' } : { kind: 'again', delayMs: atMs - nowMs };
  };
  machine.redis.consume({
    ...awake, queue: planAdvance.name, policy: planAdvance.policy, handle: async ({ payload, addedMs }) => ended(await core.advancePlan.look(String(payload['planId'])), addedMs),
  });
  machine.redis.consume({
    ...awake, queue: orderAdvance.name, policy: orderAdvance.policy, handle: async ({ payload, addedMs }) => ended(await core.advanceOrder.look(String(payload['intentId'])), addedMs),
  });
  machine.redis.consume({
    ...awake, queue: accountReconcile.name, policy: accountReconcile.policy, 
    handle: async ({ payload, addedMs }) => ended(await lookAtRequested({ reconcile: core.reconcile, accounts: stores.accounts }, String(payload['runId']), life.clock.nowMs()), addedMs),
  });
}
