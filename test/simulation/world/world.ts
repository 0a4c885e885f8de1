import type { EventLog, Failpoint } from '#application';
import { Chance } from '../engine/chance.js';
import { EventTrace } from '../engine/event-trace.js';
import { SimulatedProcess, type Life, type Mishaps } from '../engine/simulated-process.js';
import { SimulatedRedis } from '../engine/simulated-redis.js';
import { VirtualTime } from '../engine/virtual-time.js';
import type { FateKind } from '../exchange/draw-fate.js';
import { openFaultyLink } from '../exchange/faulty-link.js';
import { openSimulatedExchange, type RecordedMarket } from '../exchange/simulated-exchange.js';
import { watchMoves } from '../invariants/legal-moves.js';
import { Violations } from '../invariants/violations.js';
import { watchBooks } from '../invariants/watch-books.js';
import { watchClaims } from '../invariants/watch-claims.js';
import { watchEnds } from '../invariants/watch-ends.js';
import { watchOrders } from '../invariants/watch-orders.js';
import { watchReasons } from '../invariants/watch-reasons.js';
import { MemoryDatabase } from '../store/memory-database.js';
import type { AttemptRow } from '../store/rows.js';
import { bootEvaluator } from './boot-evaluator.js';
import { bootExecutor } from './boot-executor.js';
import { bootIngestor } from './boot-ingestor.js';
import { CoverageMarks } from './coverage-marks.js';
import { openDesk, type Desk } from './desk.js';
import { countedIds } from './ids.js';
import { drawVeils } from './draw-veils.js';
import { ownFault, tellsSecret } from './judge-failures.js';
import type { Machine } from './machine.js';
import { QUOTE, type Odds, type WorldSettings } from './settings.js';
import { openStores } from './stores.js';

export interface WorldOptions {
  readonly seed: number;
  readonly startMs: number;
  readonly settings: WorldSettings;
  readonly markets: readonly RecordedMarket[];
  /** The exchange's edge may repeat a request: what it takes twice is nobody's fault here, and has to come to light. */
  readonly mayReplay?: boolean;
  /** Events kept in words. */
  readonly keep?: number;
}

/** A request of before may still be on its way, and one of them be given up. */
const SERVER_DOUBT_MS = 600_000;

/** One simulated world: the exchange, the database, Redis, and every process of the product, on one clock. Nothing happens before its time is run. */
export function openWorld({ seed, startMs, settings, markets, mayReplay = false, keep = 2_000 }: WorldOptions) {
  const time = new VirtualTime(startMs);
  const nowMs = (): number => time.nowMs;
  const chance = new Chance(seed);
  const trace = new EventTrace(nowMs, keep);
  const marks = new CoverageMarks();
  const violations = new Violations(nowMs);
  const database = new MemoryDatabase(nowMs);
  const exchange = openSimulatedExchange({
    seed, nowMs, feeIn: settings.feeIn, accounts: settings.accounts.map(({ accountId, key, secret }) => ({ id: accountId, key, secret })), markets,
    onAccepted: (accepted) => {
      const { order } = accepted;
      trace.note('exchange', `takes ${order.clientOrderId ?? 'an order'} of ${order.accountId}`);
      orders.onAccepted(order);
      veil(accepted, fates.get(order.clientOrderId ?? '') ?? 'ok');
    },
  });
  const fates = new Map<string, FateKind>();
  const veil = drawVeils({ chance: chance.fork('veils'), odds: settings.veils, veils: exchange.veils, nowMs, hit: marks.hit });
  const hasTraded = ({ accountId, clientOrderId }: AttemptRow, marketId: string): boolean => Number(exchange.venue.findOrder(accountId, marketId, { clientOrderId })?.executedQuantity ?? 0) > 0;
  const orders = watchOrders(database, violations, { mayReplay, mayOverTrade: settings.disturbances.staleReads > 0, isLie: (id) => fates.get(id) === 'refused-after-acceptance', hasTraded, isServerSteady: () => nowMs() - state.serverSetMs > SERVER_DOUBT_MS });
  watchEnds(database, violations, ({ accountId, clientOrderId }, marketId) => {
    const order = exchange.venue.findOrder(accountId, marketId, { clientOrderId });
    return order === null || exchange.veils.hasHidden(order.orderId) ? null : order.executedQuantity;
  });
  watchMoves(database, violations, marks.hit);
  watchClaims(database, violations);
  watchBooks(database, violations);
  watchReasons(database, marks.hit);
  for (const { accountId, deposit } of settings.accounts) exchange.venue.setFree(accountId, QUOTE, deposit);
  const state = { odds: settings.odds, isHaltFileThere: false, serverSetMs: Number.NEGATIVE_INFINITY, readsThawMs: 0 };
  const redis = new SimulatedRedis({ time, chance: chance.fork('redis'), odds: () => state.odds.redis, note: trace.note, onFailure: (error) => reportFault(violations, error) });
  const link = openFaultyLink({
    exchange, random: chance.fork('link').fraction, odds: settings.odds.link, at: time.after, nowMs,
    onPost: ({ clientOrderId, signedMs, fate }) => {
      fates.set(clientOrderId, fate);
      trace.note('link', `${clientOrderId} leaves: ${fate}`);
      orders.onPost(clientOrderId, signedMs);
    },
  });
  const machine: Machine = {
    redis, stores: openStores(database), ids: countedIds(nowMs), chance: chance.fork('machine'), send: link.send, origin: 'http://127.0.0.1:4700',
    log: (life) => tracedLog(life, trace.note, marks.hit, violations), failpoint: (life) => passedFailpoint(life, marks.hit), isHaltFileThere: () => state.isHaltFileThere,
  };
  const mishaps: Mishaps = { crashes: 0, pauses: 0, storeFailures: 0 };
  const process = (name: string, boot: (life: Life) => void): SimulatedProcess => new SimulatedProcess({
    name, time, mishaps, boot, chance: chance.fork(name), odds: () => state.odds.process, note: trace.note, roundFloorMs: settings.roundFloorMs,
  });
  let desk: Desk | null = null;
  const api = process('api', (life) => {
    desk = openDesk(machine, life);
  });
  const executors = settings.accounts.flatMap((account, index) => [1, 2].slice(0, index === 0 ? settings.executors : 1).map((count) => process(`executor ${account.accountId} ${count}`, bootExecutor(machine, account))));
  const evaluators = [1, 2].slice(0, settings.evaluators).map((count) => process(`evaluator ${count}`, bootEvaluator(machine)));
  const processes = [api, process('ingestor', bootIngestor(machine)), ...evaluators, ...executors];
  return {
    time, chance, trace, marks, violations, database, exchange, redis, link, orders, processes, executors, mishaps, settings,
    desk: (): Desk | null => (processes[0]!.isRunning ? desk : null),
    haltFile: {
      put: () => void (state.isHaltFileThere = true),
      remove: () => void (state.isHaltFileThere = false),
      isThere: () => state.isHaltFileThere,
    },
    /** What the exchange tells of orders, fills and balances, which is otherwise as it is. */
    reads: {
      freeze: (forMs: number): void => {
        if (state.readsThawMs > time.nowMs) return;
        state.readsThawMs = time.nowMs + forMs;
        trace.note('exchange', `tells of orders, fills and balances as they are now for ${forMs} ms`);
        link.setStaleSince(time.nowMs);
        time.after(forMs, () => {
          if (time.nowMs >= state.readsThawMs) link.setStaleSince(null);
        });
      },
      thaw: (): void => {
        state.readsThawMs = 0;
        link.setStaleSince(null);
      },
    },
    setServerClock: (shiftMs: number): void => {
      state.serverSetMs = time.nowMs;
      exchange.state.clock.setShift(shiftMs);
    },
    setOdds: (odds: Odds): void => {
      state.odds = odds;
      link.setOdds(odds.link);
    },
    start: (): void => {
      for (const one of processes) one.start();
    },
  };
}

export type World = ReturnType<typeof openWorld>;

function tracedLog(life: Life, note: (who: string, what: string) => void, hit: (mark: string) => void, violations: Violations): EventLog {
  const told = (fields: object): void => {
    const { event } = fields as { readonly event?: string };
    if (event === undefined) return;
    hit(`log: ${event}`);
    note(life.name, event);
  };
  const warned = (fields: object): void => {
    told(fields);
    reportFault(violations, (fields as { readonly error?: unknown }).error);
    if (tellsSecret(fields)) violations.report('I15', `the log of ${life.name} tells a secret: ${(fields as { readonly event?: string }).event}`);
  };
  return { info: told, warn: warned, error: warned };
}

function reportFault(violations: Violations, error: unknown): void {
  const fault = ownFault(error);
  if (fault !== null) violations.report('product', fault);
}

function passedFailpoint(life: Life, hit: (mark: string) => void): Failpoint {
  return async (name) => {
    hit(`failpoint: ${name}`);
    await life.io(Promise.resolve());
  };
}
