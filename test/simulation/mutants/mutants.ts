/** One place in the source, found by a text that is there exactly once, and what stands there instead. */
export interface Patch {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface Mutant {
  readonly name: string;
  /** What is wrong with the product then. */
  readonly fault: string;
  readonly patches: readonly Patch[];
}

const EXECUTION = 'libs/application/src/execution';
const RECONCILIATION = 'libs/application/src/reconciliation';
const ORDER = 'libs/domain/src/order';
const STORE = 'test/simulation/store';

const one = (name: string, fault: string, file: string, find: string, replace: string): Mutant => ({ name, fault, patches: [{ file, find, replace }] });

/** Those of reliability.md, section 5.3: what the protocol was made for. */
const PROTOCOL: readonly Mutant[] = [
  one('naive-retry', 'a request of which nobody knows the outcome is taken for refused and sent again', `${EXECUTION}/judge-submit.ts`,
    "  return { change: { attemptTo: 'unknown', event: 'lost', reason: cause, outcome: { httpStatus, code, cause } }, next: { take: 'resolve' } };",
    "  return { change: { attemptTo: 'rejected', event: 'refused-for-now', reason: cause, outcome: { httpStatus, code, cause } }, next: { take: 'retry', atMs: context.nowMs + 1_000 } };"),
  {
    name: 'query-once-then-resend', fault: 'an order that is not found at once is sent again',
    patches: [
      { file: `${EXECUTION}/resolve-order.ts`, find: "    const serverNowMs = venue.exchangeNowMs();\n    if (serverNowMs === null || !countsAsVote", replace: "    if (intent.state === 'unknown') return this.end(held, { attemptTo: 'dead', event: 'refused-for-now', reason: 'not found' });\n    const serverNowMs = venue.exchangeNowMs();\n    if (serverNowMs === null || !countsAsVote" },
      { file: `${ORDER}/order-states.ts`, find: "  unknown: { found: 'acked',", replace: "  unknown: { 'refused-for-now': 'new', found: 'acked'," },
    ],
  },
  {
    name: 'resend-the-dead', fault: 'an order that the dead rule gave up is sent again',
    patches: [
      { file: `${ORDER}/order-states.ts`, find: "'declared-dead': 'dead', unresolved: 'needs-human' },", replace: "'declared-dead': 'new', unresolved: 'needs-human' }," },
      { file: `${ORDER}/dead-rule.ts`, find: 'fenceExtraMs: 1_000, minVotes: 3, minSpreadMs: 30_000', replace: 'fenceExtraMs: -5_000, minVotes: 1, minSpreadMs: 0' },
    ],
  },
  one('fresh-timestamp', 'an order is signed with the time of its sending and not with the one that was saved', 'libs/exchange/src/mexc/mexc-trading.ts',
    'return { timestampMs: order.signMs, receiveWindowMs: order.receiveWindowMs };', 'return { timestampMs: Math.floor(this.#reader.clock.estimateMs()), receiveWindowMs: order.receiveWindowMs };'),
  one('no-settle-time', 'an order is given up before its request can no longer be accepted, and after one look', `${ORDER}/dead-rule.ts`,
    'fenceExtraMs: 1_000, minVotes: 3, minSpreadMs: 30_000', 'fenceExtraMs: -60_000, minVotes: 1, minSpreadMs: -60_000'),
  {
    name: 'same-id-again', fault: 'every attempt of a leg goes out under the same id',
    patches: [
      { file: `${ORDER}/client-order-id.ts`, find: '${attemptNo}`', replace: '1`' },
    ],
  },
  one('no-lease-epoch', 'whoever lost the lease of an order writes its outcome all the same', `${STORE}/memory-attempts.ts`,
    'if (intent === undefined || intent.leaseEpoch !== leaseEpoch) return false;', 'if (intent === undefined) return false;'),
  one('no-sweep', 'trades are fetched for orders alone, never for the account', `${RECONCILIATION}/sweep-trades.ts`,
    'const markets = (await store.sweptMarkets(venue.accountId)).filter(wanted);', 'const markets = (await store.sweptMarkets(venue.accountId)).filter(wanted).slice(0, 0);'),
];

const CLAIMS: readonly Mutant[] = [
  one('ignores-halt', 'a kill switch stops no order', `${EXECUTION}/judge-claim.ts`, 'const GUARDS: readonly Guard[] = [haltGuard, portfolioGuard,', 'const GUARDS: readonly Guard[] = [portfolioGuard,'),
  one('ignores-portfolio-state', 'a portfolio that was paused or stopped goes on', `${EXECUTION}/judge-claim.ts`, 'haltGuard, portfolioGuard, accountGuard,', 'haltGuard, accountGuard,'),
  one('ignores-account', 'an account that is halted, or whose books differ, is traded', `${EXECUTION}/judge-claim.ts`, 'portfolioGuard, accountGuard, deadlineGuard,', 'portfolioGuard, deadlineGuard,'),
  one('ignores-reduce-only', 'reduce-only lets purchases go', `${EXECUTION}/judge-claim.ts`, 'deadlineGuard, reduceOnlyGuard, buysPausedGuard,', 'deadlineGuard, buysPausedGuard,'),
  one('ignores-quarantine', 'a market is traded right after an order of unknown fate', `${EXECUTION}/judge-claim.ts`, 'buysPausedGuard, quarantineGuard, breakerGuard]', 'buysPausedGuard, breakerGuard]'),
  one('ignores-breaker', 'an open breaker stops nothing', `${EXECUTION}/judge-claim.ts`, 'quarantineGuard, breakerGuard]', 'quarantineGuard]'),
  one('ignores-market', 'a market that is closed is traded', `${EXECUTION}/judge-claim.ts`, "if (tradability.kind === 'untradable') return skip", "if (seenMs < 0) return skip"),
  one('ignores-caps', 'no cap holds', `${EXECUTION}/judge-claim.ts`, 'if (exceeded !== null) return endPlan', 'if (exceeded !== null && exceeded.detail === "") return endPlan'),
  {
    name: 'forgets-deadline', fault: 'legs go out after the deadline of their plan',
    patches: [
      { file: `${EXECUTION}/judge-claim.ts`, find: 'accountGuard, deadlineGuard, reduceOnlyGuard', replace: 'accountGuard, reduceOnlyGuard' },
      { file: `${EXECUTION}/next-order-action.ts`, find: '  if (nowMs >= plan.deadlineMs) {', replace: '  if (nowMs < 0) {' },
      { file: `${EXECUTION}/next-order-action.ts`, find: 'Math.min(intent.nextActionMs ?? nowMs, plan.deadlineMs)', replace: '(intent.nextActionMs ?? nowMs)' },
      { file: `${EXECUTION}/next-plan-action.ts`, find: "if (leg.state === 'new' && nowMs >= plan.deadlineMs) return", replace: "if (leg.state === 'new' && nowMs < 0) return" },
    ],
  },
  one('two-orders-at-once', 'orders of one account do not take turns', `${STORE}/memory-claims.ts`, 'const leases = [intent, ...indexes.sendingOfAccount(intent.accountId)]', 'const leases = [intent, ...indexes.sendingOfAccount(intent.accountId).slice(0, 0)]'),
];

const BOOKS: readonly Mutant[] = [
  one('forgets-fees', 'fees are not booked', 'libs/domain/src/ledger/postings.ts', 'const fee = new ExactDecimal(fill.fee);', 'const fee = new ExactDecimal(fill.fee).times(0);'),
  one('float-rounding', 'quantities pass through a float of single precision on their way into the books', 'libs/domain/src/ledger/postings.ts',
    "const bought = new ExactDecimal(fill.quantity).times(fill.side === 'buy' ? 1 : -1);", "const bought = new ExactDecimal(Math.fround(Number(fill.quantity)) * 1.000001).toDecimalPlaces(12).times(fill.side === 'buy' ? 1 : -1);"),
  one('books-twice', 'a fill is booked once more each time that it is seen', `${STORE}/memory-bookings.ts`,
    'const isKnown = fills.get(keyOf(request.accountId, request.marketId, venueTradeId)) !== undefined;', 'const isKnown = false && fills.size < 0;'),
  one('nobodys-fills', 'what an order filled is booked as if nobody had ordered it', `${EXECUTION}/book-fills.ts`, 'portfolioId: owner?.portfolioId ?? null,', 'portfolioId: null,'),
  one('ends-too-early', 'an order ends before all of its fills are in the books', `${EXECUTION}/resolve-order.ts`,
    'if (!isSameNumber(sumOf(fills.map(({ quantity }) => quantity)), order.filledQuantity)) {', 'if (fills.length < 0) {'),
  one('watermark-too-far', 'a sweep says that it has seen what it has not asked for', `${RECONCILIATION}/sweep-trades.ts`,
    'fills: bookings, watermarkMs: nowMs, sweptFromMs', 'fills: bookings.slice(1), watermarkMs: nowMs + 3_600_000, sweptFromMs'),
  one('unknown-deposits', 'what comes from outside is never booked', `${RECONCILIATION}/reconcile-account.ts`, 'await flows.bookAll(account, confirmed, booked);', 'if (confirmed.length < 0) await flows.bookAll(account, confirmed, booked);'),
];

const TRUST: readonly Mutant[] = [
  one('lost-is-not-sent', 'a connection that broke is taken for one that never was', 'libs/exchange/src/mexc/classify-submit.ts',
    "if (answer.kind === 'lost') return { kind: 'unknown', cause: answer.cause, httpStatus: null, code: null };", "if (answer.kind === 'lost') return refusedUnsent(answer.cause, { isRetryable: true });"),
  one('5xx-is-refused', 'an error of the server is taken for a refusal', 'libs/exchange/src/mexc/classify-submit.ts', 'if (status >= 500) return unknown(answer, `HTTP ${status}`);', "if (status >= 500) return refused(answer, { isRetryable: true, reaction: 'none' }, null);"),
  one('believes-garbage', 'a body that is no order is taken for an order refused', 'libs/exchange/src/mexc/classify-submit.ts', "if (!isRecord(json)) return unknown(answer, 'the answer is not the JSON of an order');", "if (!isRecord(json)) return refused(answer, { isRetryable: true, reaction: 'none' }, null);"),
  one('sends-what-was-refused', 'an order refused for good is sent again', `${EXECUTION}/judge-submit.ts`, 'const isLast = !isRetryable || context.attemptNo >= RETRY.maxAttempts;', 'const isLast = context.attemptNo >= 50;'),
  one('asks-nothing-more', 'an order is given up without a look at trades, open orders and balances', `${EXECUTION}/resolve-order.ts`,
    '...(await this.evidence(held, venue)) });', "...(venue.mode === 'live' ? clean : await this.evidence(held, venue)) });"),
];

const LIVENESS: readonly Mutant[] = [
  one('forgets-lost-jobs', 'what the queue has lost is never brought back', `${STORE}/memory-requeue.ts`, 'const isDue = isOverdue(nowMs, graceMs);', 'const isDue = (_row: unknown): boolean => false;'),
  one('waits-for-ever', 'a leg that nobody works at is never taken over', `${EXECUTION}/next-order-action.ts`,
    "'it is asked after when its time has come') ?? { take: 'resolve' };", "'it is asked after when its time has come') ?? { take: intent.leaseUntilMs === null ? 'resolve' : 'stop' };"),
  one('skips-plan-version', 'a plan is changed by who saw an older version of it', `${STORE}/memory-plans.ts`, 'if (plan?.version !== version) return false;', 'if (plan === undefined) return false;'),
  one('two-plans', 'a portfolio that has an open plan is planned for again', 'libs/application/src/evaluation/guard-evaluation.ts', 'halted, paused, planOpen, unreconciled,', 'halted, paused, unreconciled,'),
];

export const MUTANTS: readonly Mutant[] = [...PROTOCOL, ...CLAIMS, ...BOOKS, ...TRUST, ...LIVENESS];
