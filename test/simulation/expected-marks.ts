import { FAILPOINTS } from '#application';
import { ATTEMPT_TRANSITIONS, INTENT_TRANSITIONS, PLAN_TRANSITIONS } from '#domain';
import { FAULTY_FATES } from './exchange/draw-fate.js';

const moves = (table: string, all: Readonly<Record<string, readonly string[]>>): string[] =>
  Object.entries(all).flatMap(([from, to]) => [...new Set(to)].map((state) => `${table}: ${from} to ${state}`));

const INTENT_MOVES = Object.fromEntries(Object.entries(INTENT_TRANSITIONS).map(([from, row]) => [from, Object.values(row)]));

const EVALUATIONS = [
  'initial', 'upside', 'downside', 'limit', 'within-thresholds', 'all-in-cooldown', 'no-plan', 'plan-open', 'open-orders', 'account-unreconciled', 'halted', 'paused', 'market-untradable', 'market-quarantined',
  'rules-missing', 'clock-suspect', 'recently-aborted', 'plans-per-day', 'drawdown', 'price-stale', 'price-frozen', 'price-spiking', 'price-missing',
];
const PLAN_ENDS = ['halted', 'paused', 'stopped', 'deadline', 'stale-price', 'price-moved', 'leg-rejected', 'leg-dead', 'leg-unresolved', 'account-unreconciled', 'cap-exceeded'];
/** Failpoints of processes that the simulation has not: the api's own, and the outbox's inside the database. */
const ELSEWHERE = new Set(['api.after_outbox_commit', 'outbox.after_claim', 'outbox.after_add_before_mark', 'kill.after_commit']);

/** What a long run is to come by; it says which of these it did not. */
export const EXPECTED_MARKS: readonly string[] = [
  ...moves('order_intent', INTENT_MOVES), ...moves('order_attempt', ATTEMPT_TRANSITIONS), ...moves('rebalance_plan', PLAN_TRANSITIONS),
  ...EVALUATIONS.map((reason) => `evaluation: ${reason}`),
  'plan done: all legs', ...PLAN_ENDS.map((reason) => `plan aborted: ${reason}`),
  ...FAULTY_FATES.filter((fate) => fate !== 'replayed-request').map((fate) => `link: ${fate}`),
  ...FAILPOINTS.filter((name) => !ELSEWHERE.has(name)).map((name) => `failpoint: ${name}`),
  ...['stale-epoch', 'late-accept', 'order-dead', 'order-found', 'order-unresolved', 'order-unknown', 'breaker-opened', 'account-halted', 'gate-closed', 'work-requeued', 'market-set-aside'].map((event) => `log: ${event}`),
  ...['fill', 'external-fill', 'external-deposit', 'external-withdrawal', 'allocation', 'release', 'paper-deposit', 'paper-withdrawal'].map((kind) => `ledger: ${kind}`),
];
