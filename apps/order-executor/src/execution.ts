import { createHash } from 'node:crypto';
import {
  AdoptOrders, AdvanceOrder, AdvancePlan, BookExternalFlows, BookFills, CompareAccount, ExecutionJobs, PausePortfolios, ReconcileAccount, ReconciliationSchedule,
  StartupGate, SweepTrades, VenueReactions, type AccountGate, type ExecutionLook, type EventLog, type ExecutionVenues, type Failpoint, type HaltFile, type JobQueue, type LatestPrices,
} from '#application';
import { portfolioEvaluate } from '#contracts';
import type { ExecutorConfiguration } from './configuration.js';
import type { Effects } from './effects.js';
import { ORDER_JOB, PLAN_JOB } from './advance-jobs.js';
import { KnownVenues } from './execution-venues.js';
import type { VenueAccess } from './live-venue.js';
import type { Stores } from './stores.js';

const EVALUATE_JOB = { queue: portfolioEvaluate.name, priority: portfolioEvaluate.policy.priorities.price };

export interface ExecutionParts {
  readonly configuration: Pick<ExecutorConfiguration, 'exchange' | 'schedule' | 'confirmAfterMs' | 'orderLeaseMs'> & Partial<Pick<ExecutorConfiguration, 'deadSpreadMs'>>;
  readonly executorId: string;
  readonly stores: Stores;
  readonly prices: LatestPrices;
  readonly access: VenueAccess;
  readonly queues: JobQueue;
  readonly onQueued: () => void;
  readonly isStopping: () => boolean;
  readonly haltFile: HaltFile;
  readonly effects: Effects;
  readonly failpoint: Failpoint;
  readonly log: EventLog;
}

/** What looks at plans and orders, and what keeps their accounts compared with the venue. */
export function createExecution(parts: ExecutionParts) {
  const { stores, access, prices, effects: { clock, ids } } = parts;
  const jobs = new ExecutionJobs({ plan: PLAN_JOB, order: ORDER_JOB, evaluate: EVALUATE_JOB });
  const venues = new KnownVenues({
    venue: parts.configuration.exchange.venue, live: access.live, signingClock: access.signingClock, accounts: stores.accounts, portfolios: stores.portfolios,
    markets: stores.markets, paper: stores.paper, prices, clock, ids,
  });
  const books = new BookFills({ store: stores.execution, accounts: stores.accounts, clock, failpoint: parts.failpoint, log: parts.log });
  const reconciling = createReconciling(parts, { venues, books, jobs });
  const advancing = createAdvancing(parts, { venues, books, jobs, ...reconciling });
  return { ...reconciling, ...advancing };
}

interface Made {
  readonly venues: ExecutionVenues;
  readonly books: BookFills;
  readonly jobs: ExecutionJobs;
}

function createReconciling({ configuration, executorId, stores, prices, access, queues, onQueued, effects, failpoint, log }: ExecutionParts, { venues, books, jobs }: Made) {
  const { clock, timer, ids } = effects;
  const { execution: store, accounts, ledger, markets, portfolios } = stores;
  const pause = new PausePortfolios({ portfolios, clock, log });
  const adopt = new AdoptOrders({ store, accounts, jobs, holder: executorId, clock, log, onQueued });
  const reconcile = new ReconcileAccount({
    venues, accounts, ledger, clock, ids, failpoint, log, confirmAfterMs: configuration.confirmAfterMs,
    sweep: new SweepTrades({ store, accounts, books, adopt, pause, clock, failpoint, log }),
    compare: new CompareAccount({ store, accounts, markets }),
    flows: new BookExternalFlows({ ledger, store, prices, pause, clock, log }),
  });
  const gate = new StartupGate({ reconcile, jobs, queue: queues, clock, log });
  const accountIds = access.live === null ? [] : [access.live.accountId];
  const schedule = new ReconciliationSchedule({ accountIds, reconcile, gate, accounts, store, times: configuration.schedule, clock, timer, log, onQueued });
  return { reconcile, gate, schedule };
}

type Reconciling = ReturnType<typeof createReconciling>;

function createAdvancing({ configuration, executorId, stores, onQueued, isStopping, haltFile, effects, failpoint, log }: ExecutionParts, made: Made & Reconciling) {
  const { clock, timer, ids, monotonicMs, random } = effects;
  const { execution: store, accounts } = stores;
  const { venues, books, jobs, reconcile, schedule } = made;
  const shared = { store, venues, accounts, accountBooks: reconcile, jobs, clock, failpoint, log, onQueued };
  const reactions = new VenueReactions({ accounts, store, clock, log, compareSoon: (accountId) => schedule.compareSoon(accountId) });
  const advanceOrder = new AdvanceOrder({
    ...shared, books, reactions, timer, gate: gateUntilStopped(made.gate, isStopping), haltFile, monotonicMs,
    sha256: (text) => createHash('sha256').update(text).digest('hex'), random, holder: executorId, leaseMs: configuration.orderLeaseMs, deadSpreadMs: configuration.deadSpreadMs,
  });
  // A leg's own job goes on with it elsewhere.
  const runOrder = (intentId: string): Promise<ExecutionLook> => (isStopping() ? Promise.resolve({ kind: 'done' }) : advanceOrder.look(intentId));
  return { advanceOrder, advancePlan: new AdvancePlan({ ...shared, ids, runOrder }) };
}

/** From the first word of a stop on nothing new is sent; what was sent is asked after as long as there is time. */
function gateUntilStopped(gate: AccountGate, isStopping: () => boolean): AccountGate {
  return { enter: (accountId) => (isStopping() ? Promise.resolve({ isOpen: false, reason: 'this executor stops' }) : gate.enter(accountId)) };
}
