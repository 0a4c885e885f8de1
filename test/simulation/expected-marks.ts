import { FAILPOINTS } from '#application';
import { ATTEMPT_TRANSITIONS, INTENT_TRANSITIONS, PLAN_TRANSITIONS } from '#domain';
import { FAULTY_FATES } from './exchange/draw-fate.js';

const moves = (table: string, all: Readonly<Record<string, readonly string[]>>): string[] =>
  Object.entries(all).flatMap(([from, to]) => [...new Set(to)].map((state) => `${table}: ${from} to ${state}`));

const INTENT_MOVES = Object.fromEntries(Object.entries(INTENT_TRANSITIONS).map(([from, row]) => [from, Object.values(row)]));

/**
 * Moves that the state machines allow and no code of the product's makes by itself: after the end of an order a booked fill makes
 * of `canceled` no more than `partial`; a draft that is not begun is aborted; and who is asked for about an order in
 * `needs-human` adopts what there is, so that `dead` would take a race of two looks at the end of the half hour.
 */
const NOBODY_MAKES = new Set(['order_intent: canceled to filled', 'order_intent: partial to filled', 'order_intent: needs-human to dead', 'rebalance_plan: draft to settling']);

const EVALUATIONS = [
  'initial', 'upside', 'downside', 'limit', 'within-thresholds', 'all-in-cooldown', 'no-plan', 'plan-open', 'open-orders', 'account-unreconciled', 'halted', 'paused', 'market-untradable', 'market-quarantined',
  'rules-missing', 'clock-suspect', 'recently-aborted', 'plans-per-day', 'drawdown', 'price-stale', 'price-frozen', 'price-spiking', 'price-missing',
];
const PLAN_ENDS = ['halted', 'paused', 'stopped', 'deadline', 'stale-price', 'price-moved', 'leg-rejected', 'leg-dead', 'leg-unresolved', 'account-unreconciled', 'cap-exceeded'];
/** Failpoints that are not passed here: the ingestor of the simulation stores no candles, and the api's and the outbox's use cases are given none. The tests with real processes stop at them. */
const ELSEWHERE = new Set(['ingest.after_fetch', 'ingest.after_upsert', 'api.after_outbox_commit', 'outbox.after_claim', 'outbox.after_add_before_mark', 'kill.after_commit']);

/** What a long run is to come by; it says which of these it did not. */
export const EXPECTED_MARKS: readonly string[] = [
  ...[...moves('order_intent', INTENT_MOVES), ...moves('order_attempt', ATTEMPT_TRANSITIONS), ...moves('rebalance_plan', PLAN_TRANSITIONS)].filter((move) => !NOBODY_MAKES.has(move)),
  ...EVALUATIONS.map((reason) => `evaluation: ${reason}`),
  'plan done: all legs', ...PLAN_ENDS.map((reason) => `plan aborted: ${reason}`),
  ...FAULTY_FATES.filter((fate) => fate !== 'replayed-request').map((fate) => `link: ${fate}`),
  ...FAILPOINTS.filter((name) => !ELSEWHERE.has(name)).map((name) => `failpoint: ${name}`),
  ...['stale-epoch', 'late-order-found', 'order-dead', 'order-found', 'order-unresolved', 'order-unknown', 'breaker-opened', 'account-halted', 'gate-closed', 'work-requeued', 'market-set-aside'].map((event) => `log: ${event}`),
  ...['fill', 'external-fill', 'external-deposit', 'external-withdrawal', 'allocation', 'release', 'paper-deposit', 'paper-withdrawal'].map((kind) => `ledger: ${kind}`),
];
