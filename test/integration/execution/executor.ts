import { createHash } from 'node:crypto';
import { ulid } from 'ulid';
import {
  AdoptOrders, AdvanceOrder, AdvancePlan, BookExternalFlows, BookFills, CompareAccount, ExecutionJobs, PausePortfolios, ReconcileAccount, SweepTrades, VenueReactions,
  type Clock, type EventLog, type ExecutionLook, type ExecutionVenue, type FailpointName, type PlanView, type Timer,
} from '#application';
import { PostgresAccountStore, PostgresExecutionStore, PostgresLedgerStore, PostgresMarketStore, PostgresPortfolioStore } from '#persistence';
import type { TradingDatabase } from '../trading/trading-rows.js';

export const QUEUES = { plan: { queue: 'plan-advance', priority: 1 }, order: { queue: 'order-advance', priority: 1 }, evaluate: { queue: 'portfolio-evaluate', priority: 1 } };
const LEASE_MS = 30_000;

/** What a test turns while an executor runs. */
export interface Switches {
  isHaltFileThere: boolean;
  /** Milliseconds that go by between the look at the halt file and the claim. */
  afterHaltFileMs: number;
  gate: { readonly isOpen: true } | { readonly isOpen: false; readonly reason: string };
  /** Milliseconds that seem to go by between the claim and the send. */
  stallMs: number;
  /** What happens at a failpoint; a throw is the end of that process. */
  atFailpoint: (name: FailpointName) => Promise<void> | void;
}

const onQueued = (): void => undefined;

export class Died extends Error {}

export interface ExecutorParts {
  readonly database: TradingDatabase;
  readonly venue: ExecutionVenue;
  readonly clock: Clock;
  readonly timer: Pick<Timer, 'pause'>;
  /** Lets so much time pass. */
  readonly pass: (ms: number) => void;
}

/** Executors on one database and one venue: one at a time, a new one after each that died. */
export function openExecutor({ database, venue, clock, timer, pass }: ExecutorParts) {
  const store = new PostgresExecutionStore(database.dataSource, QUEUES);
  const accounts = new PostgresAccountStore(database.dataSource, { queue: 'account-reconcile', priority: 1 });
  const ledger = new PostgresLedgerStore(database.dataSource);
  const switches: Switches = { isHaltFileThere: false, afterHaltFileMs: 0, gate: { isOpen: true }, stallMs: 0, atFailpoint: () => undefined };
  const events: { readonly event: string }[] = [];
  const note = (fields: object): void => void events.push(fields as { readonly event: string });
  const log: EventLog = { info: note, warn: note, error: note };
  const failpoint = async (name: FailpointName): Promise<void> => switches.atFailpoint(name);
  const venues = { of: async (accountId: string) => (accountId === venue.accountId ? venue : null) };
  const jobs = new ExecutionJobs(QUEUES);
  const ids = { next: (prefix: string) => `${prefix}_${ulid()}` };
  const books = new BookFills({ store, accounts, clock, failpoint, log });
  const pause = new PausePortfolios({ portfolios: new PostgresPortfolioStore(database.dataSource), clock, log });
  const markets = new PostgresMarketStore(database.dataSource);

  const lookAtHaltFile = (): boolean => {
    pass(switches.afterHaltFileMs);
    return switches.isHaltFileThere;
  };

  const start = (holder: string) => {
    const adopt = new AdoptOrders({ store, accounts, jobs, holder, clock, log, onQueued });
    const reconcile = new ReconcileAccount({
      venues, accounts, ledger, clock, ids, failpoint, log, confirmAfterMs: 60_000,
      sweep: new SweepTrades({ store, accounts, books, adopt, pause, clock, failpoint, log }),
      compare: new CompareAccount({ store, accounts, markets }),
      flows: new BookExternalFlows({ ledger, store, prices: { read: async () => new Map() } as never, pause, clock, log }),
    });
    const shared = { store, venues, accounts, accountBooks: reconcile, jobs, clock, failpoint, log, onQueued };
    const reactions = new VenueReactions({ accounts, store, clock, log, compareSoon: () => undefined });
    let readings = 0;
    const advanceOrder = new AdvanceOrder({
      ...shared, books, reactions, timer: timer as Timer, gate: { enter: async () => switches.gate }, haltFile: { exists: async () => lookAtHaltFile() },
      // Every second reading is the one before the send.
      monotonicMs: () => clock.nowMs() + ((readings += 1) % 2 === 0 ? switches.stallMs : 0),
      sha256: (text) => createHash('sha256').update(text).digest('hex'), random: () => 0, holder, leaseMs: LEASE_MS,
    });
    return { reconcile, advanceOrder, advancePlan: new AdvancePlan({ ...shared, ids, runOrder: (intentId) => advanceOrder.look(intentId) }) };
  };

  let generation = 1;
  let running = start('executor-1');

  /** One look; where the process dies in it, the next look is another process's. */
  const look = async (work: () => Promise<ExecutionLook>): Promise<ExecutionLook | null> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      generation += 1;
      running = start(`executor-${generation}`);
      return null;
    }
  };

  /** Looks at everything as jobs would, until the plan has ended or a person has to look. */
  const drive = async (planId: string, until: (view: PlanView) => boolean = hasEnded, rounds = 400): Promise<PlanView> => {
    for (let round = 0; round < rounds; round++) {
      const view = (await store.plan(planId))!;
      if (until(view)) return view;
      const looks = [await look(() => running.advancePlan.look(planId))];
      for (const { id } of view.intents) looks.push(await look(() => running.advanceOrder.look(id)));
      const waits = looks.flatMap((one) => (one?.kind === 'again' ? [one.atMs - clock.nowMs()] : []));
      const isMoving = JSON.stringify(await store.plan(planId)) !== JSON.stringify(view);
      pass(isMoving || waits.length === 0 ? 100 : Math.max(100, Math.min(...waits)));
    }
    throw new Error(`plan ${planId} did not end: ${JSON.stringify(await store.plan(planId))}`);
  };

  return {
    store, accounts, ledger, switches, events, drive, start, look,
    get advanceOrder() { return running.advanceOrder; },
    get advancePlan() { return running.advancePlan; },
    get reconcile() { return running.reconcile; },
    get generation() { return generation; },
  };
}

export type Executor = ReturnType<typeof openExecutor>;

export const hasEnded = ({ plan }: PlanView): boolean => ['done', 'aborted', 'needs-human'].includes(plan.state);
