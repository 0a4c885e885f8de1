import type { FailpointName } from '#application';
import type { App, FailpointActionName } from './faulty-product.js';

/** What has become of the three legs of a first purchase, by the books and by the simulator. */
export type PlanOutcome =
  /** Each was sent once and filled. */
  | 'all-filled'
  /** The first left nothing at the exchange, was given up, and the plan with it. */
  | 'never-sent'
  /** The first went out too late and was refused for it; given up, and the plan with it. */
  | 'refused-as-late'
  /** The first was tried twice, and once of it was known that it did not go out. */
  | 'sent-at-second-try';

export interface FailpointCase {
  readonly failpoint: FailpointName;
  readonly action: FailpointActionName;
  /** What must hold, in words: the name of its test. */
  readonly holds: string;
  /** Whose process is hit. */
  readonly app: App;
  readonly outcome: PlanOutcome;
  /** Of `npm test` too: quick-failpoints.spec.ts has these, and the specs beside it all others. */
  readonly isQuick?: boolean;
  /** From 1, counted from when the process has started. */
  readonly pass?: number;
  /** Passed once for each market that the account has traded in, at every start. */
  readonly isPassedAtStart?: boolean;
  readonly delayMs?: number;
  /** The exchange keeps its answer to the order for so long, so that the request is out and the answer is not in. */
  readonly replyDelayMs?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Once the lease has gone to another, its own write about the order is refused, and it says so. */
  readonly losesLease?: boolean;
}

type Row = Omit<FailpointCase, 'failpoint' | 'app' | 'outcome'> & { readonly outcome?: PlanOutcome };

const ofApp = (app: App) => (failpoint: FailpointName, outcome: PlanOutcome, rows: readonly Row[], more: Partial<FailpointCase> = {}): readonly FailpointCase[] =>
  rows.map((row) => ({ failpoint, app, outcome, ...more, ...row }));
const executor = ofApp('order-executor');
const evaluator = ofApp('strategy-evaluator');
const api = ofApp('api');

/** Long enough that whoever waits too long has still the order's lease. */
const PATIENT = { ORDER_LEASE_MS: '30000', JOB_LOCK_MS: '30000' };
const HELD_REPLY = { replyDelayMs: 2_500, delayMs: 400 };

export const ORDER_CASES: readonly FailpointCase[] = [
  ...executor('exec.after_job_start', 'all-filled', [
    { action: 'KILL', holds: 'nothing was begun, and another executor begins it' },
    { action: 'STOP', holds: 'another executor does all of it, and the late one finds nothing to do' },
    { action: 'THROW', holds: 'the next look begins it' },
  ]),
  ...executor('exec.after_claim', 'never-sent', [
    { action: 'KILL', holds: 'the order is taken over, asked after, and given up unsent' },
    { action: 'STOP', losesLease: true, holds: 'given up by another executor, and the late one, which has no lease, sends nothing' },
    { action: 'THROW', holds: 'the order is asked after and given up unsent' },
    { action: 'DELAY', delayMs: 1_500, environment: PATIENT, outcome: 'sent-at-second-try', holds: 'it does not leave later than a second after its time was read, and is tried again' },
  ]),
  ...executor('exec.after_attempt_commit', 'never-sent', [
    { action: 'KILL', holds: 'what was saved and not sent is given up and never sent again' },
    { action: 'STOP', losesLease: true, holds: 'given up by another executor, and the late one sends nothing' },
    { action: 'THROW', holds: 'what was saved and not sent is given up' },
  ]),
  ...executor('exec.before_socket_write', 'never-sent', [
    { action: 'KILL', holds: 'nothing is at the exchange, and the order is given up' },
    { action: 'STOP', outcome: 'refused-as-late', isQuick: true, losesLease: true, holds: 'the request of the late one is refused by its old time, and its word about it counts no more' },
    { action: 'THROW', holds: 'nothing is at the exchange, and the order is given up' },
    { action: 'DELAY', delayMs: 6_500, environment: PATIENT, outcome: 'sent-at-second-try', holds: 'a request that comes after its window is refused, and a new one takes its place' },
  ]),
  ...executor('exec.after_request_written', 'all-filled', [
    { action: 'KILL', ...HELD_REPLY, isQuick: true, holds: 'the order that nobody was told of is found and booked' },
    { action: 'STOP', ...HELD_REPLY, losesLease: true, holds: 'another executor finds and books it, and the answer that is read late changes nothing' },
    { action: 'THROW', ...HELD_REPLY, holds: 'the order is found and booked although its answer was not waited for' },
  ]),
  ...executor('exec.after_response_before_commit', 'all-filled', [
    { action: 'KILL', isQuick: true, holds: 'the acceptance that was read and not written down is found again' },
    { action: 'STOP', losesLease: true, holds: 'another executor finds it, and the late write of the acceptance is refused' },
    { action: 'THROW', holds: 'the acceptance that was read and not written down is found again' },
    { action: 'DELAY', delayMs: 2_500, holds: 'an acceptance that is written down after the lease has ended is refused, and found again' },
  ]),
  ...executor('exec.after_result_commit', 'all-filled', [
    { action: 'KILL', holds: 'another executor asks after the accepted order and books it' },
    { action: 'STOP', holds: 'another executor books it, and the late one books nothing' },
    { action: 'THROW', holds: 'the next look asks after the accepted order and books it' },
  ]),
  ...executor('exec.after_trades_fetch', 'all-filled', [
    { action: 'KILL', holds: 'fills that were fetched and not booked are fetched again' },
    { action: 'STOP', holds: 'another executor books them, and the late one books none of them twice' },
    { action: 'THROW', holds: 'fills that were fetched and not booked are fetched again' },
  ], { isPassedAtStart: true }),
  ...executor('exec.after_fill_commit', 'all-filled', [
    { action: 'KILL', isQuick: true, holds: 'fills that are booked are not booked again, and the leg ends' },
    { action: 'STOP', holds: 'another executor ends the leg, and no fill is booked twice' },
    { action: 'THROW', holds: 'fills that are booked are not booked again, and the leg ends' },
  ], { isPassedAtStart: true }),
];

const PLAN_STEP_CASES: readonly FailpointCase[] = [
  ...executor('plan.before_next_leg', 'all-filled', [
    { action: 'KILL', isQuick: true, holds: 'another executor goes on with the next leg' },
    { action: 'STOP', holds: 'another executor does the other legs, and the late one none of them again' },
    { action: 'THROW', holds: 'the next look goes on with the leg' },
  ], { pass: 2 }),
  ...executor('plan.before_done', 'all-filled', [
    { action: 'KILL', holds: 'another executor compares again and ends the plan' },
    { action: 'STOP', holds: 'another executor ends the plan, and the late one does not end it again' },
    { action: 'THROW', holds: 'the next look ends the plan' },
  ]),
  ...executor('sweep.after_page', 'all-filled', [
    { action: 'KILL', holds: 'what was fetched and not booked is fetched again' },
    { action: 'STOP', holds: 'another executor sweeps, and the late one books nothing twice' },
    { action: 'THROW', holds: 'the next sweep fetches it again' },
  ], { isPassedAtStart: true }),
  ...executor('sweep.before_watermark', 'all-filled', [
    { action: 'KILL', holds: 'the watermark has not moved without its fills, and the next sweep moves both' },
    { action: 'STOP', holds: 'another executor moves the watermark, and the late one loses no fill by moving it again' },
    { action: 'THROW', holds: 'the next sweep moves the watermark' },
  ], { isPassedAtStart: true }),
  ...executor('recon.mid', 'all-filled', [
    { action: 'KILL', holds: 'another executor compares the account from the beginning' },
    { action: 'STOP', holds: 'another executor compares the account, and the late comparison books no difference' },
    { action: 'THROW', holds: 'the account is compared again' },
  ], { pass: 2 }),
];

const HAND_OVER_CASES: readonly FailpointCase[] = [
  ...executor('outbox.after_claim', 'all-filled', [
    { action: 'KILL', holds: 'the job goes back to the outbox with its transaction, and out by another' },
    { action: 'STOP', holds: 'the rows that it keeps locked hold nobody up' },
    { action: 'THROW', holds: 'the job stays in the outbox and goes out a moment later' },
  ]),
  ...executor('outbox.after_add_before_mark', 'all-filled', [
    { action: 'KILL', holds: 'the job is queued once more, and the second time means nothing' },
    { action: 'STOP', holds: 'the job is worked on while its mark is missing, and its second coming means nothing' },
    { action: 'THROW', holds: 'the job is queued once more, and the second time means nothing' },
  ]),
  ...evaluator('eval.after_snapshot', 'all-filled', [
    { action: 'KILL', holds: 'nothing was decided, and another evaluator decides once' },
    { action: 'STOP', holds: 'another evaluator decides, and the late decision from old prices is overtaken' },
    { action: 'THROW', holds: 'the next look decides' },
    { action: 'DELAY', delayMs: 1_500, holds: 'a slow look decides once' },
  ]),
  ...evaluator('eval.after_plan_commit', 'all-filled', [
    { action: 'KILL', holds: 'the plan is carried out although nobody said that it was made, and no other is made' },
    { action: 'STOP', holds: 'the plan is carried out, and the late evaluator makes no other' },
    { action: 'THROW', holds: 'the plan is carried out, and no other is made' },
  ]),
];

export const PLAN_CASES: readonly FailpointCase[] = [...PLAN_STEP_CASES, ...HAND_OVER_CASES];

export const API_CASES: readonly FailpointCase[] = [
  ...api('api.after_outbox_commit', 'all-filled', [
    { action: 'KILL', holds: 'what was asked for is done although nobody was told that it was taken' },
    { action: 'STOP', holds: 'what was asked for is done while the API stands still, and its answer comes late' },
    { action: 'THROW', holds: 'what was asked for is done although the answer was an error' },
  ]),
  ...api('kill.after_commit', 'all-filled', [
    { action: 'KILL', holds: 'the halt holds although nobody was told that it does, until it is released' },
    { action: 'STOP', holds: 'the halt holds while the API stands still, until it is released' },
    { action: 'THROW', holds: 'the halt holds although the answer was an error, until it is released' },
  ]),
];

type CandleCase = Pick<FailpointCase, 'failpoint' | 'holds'> & { readonly action: Exclude<FailpointActionName, 'DELAY'> };

/** Played on the ingestor by itself, see failpoints-of-candles.spec.ts. */
export const CANDLE_CASES: readonly CandleCase[] = [
  { failpoint: 'ingest.after_fetch', action: 'KILL', holds: 'candles that were fetched and not stored are fetched again, none is missing and none comes twice' },
  { failpoint: 'ingest.after_fetch', action: 'STOP', holds: 'another ingestor stores them, and the late one, whose lease has ended, stores nothing' },
  { failpoint: 'ingest.after_fetch', action: 'THROW', holds: 'the backfill ends as failed with what it had stored, and asking again completes it' },
  { failpoint: 'ingest.after_upsert', action: 'KILL', holds: 'the backfill goes on behind what was stored, by the word of the same transaction' },
  { failpoint: 'ingest.after_upsert', action: 'STOP', holds: 'another ingestor goes on behind it, and the late one stores nothing' },
  { failpoint: 'ingest.after_upsert', action: 'THROW', holds: 'the backfill ends as failed with what it had stored, and asking again completes it' },
];

export const quickOf = (cases: readonly FailpointCase[]): readonly FailpointCase[] => cases.filter(({ isQuick }) => isQuick === true);
export const othersOf = (cases: readonly FailpointCase[]): readonly FailpointCase[] => cases.filter(({ isQuick }) => isQuick !== true);

export const titleOf = ({ failpoint, action, holds }: Pick<FailpointCase, 'failpoint' | 'action' | 'holds'>): string => `${failpoint} × ${action}: ${holds}`;
