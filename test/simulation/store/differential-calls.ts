import type { AttemptChange, BookingRequest, ClaimFacts, ClaimVerdict, FillBooking, LedgerTransaction, PlanChange, QueuedJob } from '#application';
import { INTENT_TRANSITIONS, PLAN_TRANSITIONS, postingsOfFill, type AttemptState, type IntentEvent, type OrderTerms, type PlanState } from '#domain';
import type { DifferentialScene, Side } from './differential-scene.js';
import type { AttemptRow, IntentRow, PlanRow } from './rows.js';

/** A call of one of the stores, to be made on both sides; what it answers is what is compared. */
export interface Call {
  readonly name: string;
  readonly make: (side: Side) => Promise<unknown>;
}

/** Takes the next of the drawn numbers as a choice; the first choices are the plainest, and those after all have been drawn. */
export type Pick = <Value>(choices: readonly Value[]) => Value;

const LEASE_MS = 30_000;
const HOLDERS = ['executor-1', 'executor-2'];
const REASONS = ['a test', 'too late', 'é'.repeat(2_001)];
const ATTEMPT_STATES: readonly AttemptState[] = ['acked', 'unknown', 'rejected', 'not-sent', 'dead', 'done', 'prepared'];

/** What an attempt comes to by each event, where all goes as it should. */
const ATTEMPT_AFTER: Readonly<Partial<Record<IntentEvent, AttemptState>>> = {
  acknowledged: 'acked', found: 'acked', refused: 'rejected', 'refused-for-now': 'rejected', 'not-sent': 'not-sent', lost: 'unknown', filled: 'done', 'partly-filled': 'done',
  'ended-unfilled': 'done', 'declared-dead': 'dead',
};

const KINDS = [
  'claim', 'changeAttempt', 'book', 'changeAttempt', 'claim', 'changeAttempt', 'takeOver', 'changeAttempt', 'claim', 'changePlan', 'changeAttempt', 'book', 'requeue', 'claim', 'post', 'quarantine', 'takeJobs', 'book',
] as const;

/** A store's rules are seen where one thing of a call is wrong, not all of them. */
function mostly<Value>(pick: Pick, right: Value, wrong: readonly Value[]): Value {
  return pick([false, false, false, false, false, false, false, false, false, true]) ? pick(wrong) : right;
}

/** The calls of one run, which look at what stands in memory for what would be right, and now and then are wrong. */
export class CallMaker {
  private readonly trades = new Map<string, FillBooking>();
  private made = 0;

  constructor(
    private readonly scene: DifferentialScene,
    private nowMs = scene.beginMs,
  ) {}

  next(pick: Pick): Call {
    this.nowMs += pick([0, 1, 5_000, 5_000, 15_000, LEASE_MS, 60_000, mostly(pick, 0, [3_600_000, 86_400_000, -1_000])]);
    this.made += 1;
    return this[pick(KINDS)](pick);
  }

  private claim(pick: Pick): Call {
    const intent = this.intent(pick, ['new']);
    const request = {
      intentId: intent.id, attemptNo: mostly(pick, intent.attemptCount + 1, [1, 6]), holder: pick(HOLDERS), nowMs: this.nowMs, leaseMs: mostly(pick, LEASE_MS, [1]),
      clientOrderId: mostly(pick, `r${this.scene.run}n${this.made}`, [this.attempt(pick)?.clientOrderId ?? 'not so plain!']), jobsAtEnd: this.jobs(pick),
    };
    const verdict = this.verdict(pick);
    return {
      name: 'claim',
      make: async ({ store }) => {
        let facts: ClaimFacts | null = null;
        const result = await store.claim({ ...request, judge: (seen) => ((facts = seen), verdict) });
        return { result, facts };
      },
    };
  }

  private verdict(pick: Pick): ClaimVerdict {
    const terms: OrderTerms = pick<OrderTerms>([{ kind: 'market-sell', quantity: '12000' }, { kind: 'market-buy', quoteValue: '600' }, { kind: 'limit-ioc', side: 'sell', quantity: '0.5', price: '0.05' }]);
    const send: ClaimVerdict = { kind: 'send', terms, notional: mostly(pick, pick(['600', '12.3400', '1e2', '0.0000000000000000015']), ['0', '99999999999999999999']), signMs: this.nowMs + 7, receiveWindowMs: 5_000, facts: { checked: true } };
    const wait: ClaimVerdict = { kind: 'wait', untilMs: this.nowMs + 5_000, reason: pick(REASONS) };
    return mostly<ClaimVerdict>(pick, pick([send, send, send, send, send, wait]), [{ kind: 'skip', reason: pick(REASONS) }, { kind: 'end-plan', endReason: 'halted', reason: pick(REASONS) }]);
  }

  private changeAttempt(pick: Pick): Call {
    const intent = this.intent(pick, ['sending', 'unknown', 'acked', 'dead', 'rejected', 'needs-human', 'canceled', 'partial']);
    const own = this.scene.database.indexes.attemptsOfIntent(intent.id).at(-1);
    const known = Object.keys(INTENT_TRANSITIONS[intent.state]) as IntentEvent[];
    const event = known.length === 0 ? undefined : mostly<IntentEvent | undefined>(pick, pick([pick(known), undefined]), ['filled', 'lost']);
    const attemptTo = mostly(pick, event === undefined ? undefined : ATTEMPT_AFTER[event], [undefined, pick(ATTEMPT_STATES)]);
    const change: AttemptChange = {
      clientOrderId: mostly(pick, own, [this.attempt(pick)])?.clientOrderId ?? 'none', intentId: intent.id, leaseEpoch: intent.leaseEpoch - mostly(pick, 0, [1, -1]), atMs: this.nowMs,
      ...(attemptTo === undefined ? {} : { attemptTo }), ...(event === undefined ? {} : { event }), ...pick([{}, { reason: pick(REASONS) }, { reason: null }]),
      ...mostly<{ venueOrderId?: string }>(pick, pick([{}, { venueOrderId: `v-${this.made}` }]), [{ venueOrderId: `v-${pick([1, 2])}` }]), ...pick([{}, { outcome: { httpStatus: 429, code: '510', cause: pick([null, 'too many']) } }]), ...pick([{}, { vote: true }]),
      releaseLease: pick([true, false]), nextActionMs: pick([this.nowMs + 500, null]), jobs: this.jobs(pick), ...pick([{}, { quarantineUntilMs: this.nowMs + 300_000 }]),
    };
    return { name: 'changeAttempt', make: ({ store }) => store.changeAttempt(change) };
  }

  private takeOver(pick: Pick): Call {
    const [{ id }, holder, nowMs] = [this.intent(pick, ['sending', 'unknown', 'acked', 'dead', 'rejected', 'needs-human']), pick(HOLDERS), this.nowMs + pick([LEASE_MS, 0])];
    return { name: 'takeOver', make: ({ store }) => store.takeOver(id, holder, nowMs, LEASE_MS) };
  }

  private changePlan(pick: Pick): Call {
    const plan: PlanRow = this.scene.database.plans.get(pick(this.scene.planIds))!;
    const legs = this.scene.database.indexes.intentsOfPlan(plan.id);
    const state = mostly<PlanState>(pick, PLAN_TRANSITIONS[plan.state].length === 0 ? plan.state : pick(PLAN_TRANSITIONS[plan.state]), ['settling', 'done', 'executing']);
    const mayEnd = state === 'done' || state === 'aborted' || state === 'needs-human';
    const to = pick([undefined, undefined, { state, endReason: pick([null, 'deadline' as const]), reason: pick([null, ...REASONS]) }]);
    const skip = mostly(pick, pick([[], legs.filter((leg) => leg.state === 'new').slice(0, 1)]), [legs.slice(0, 1), [legs[0]!, legs[0]!]]).map(({ id: intentId }) => ({ intentId, reason: pick(REASONS) }));
    const change: PlanChange = {
      planId: plan.id, version: plan.version - mostly(pick, 0, [1, -1]), atMs: this.nowMs, ...(to === undefined ? {} : { to }), ...pick([{}, { skip }]), ...pick([{}, {}, { newIntents: this.newLegs(pick, legs) }]),
      nextActionMs: mostly(pick, to !== undefined && mayEnd ? null : this.nowMs, [this.nowMs + 60_000, null]), jobs: this.jobs(pick),
    };
    return { name: 'changePlan', make: ({ store }) => store.changePlan(change) };
  }

  private newLegs(pick: Pick, legs: readonly IntentRow[]): NonNullable<PlanChange['newIntents']> {
    return [{
      id: this.scene.id('oi', 1_000 + this.made), leg: mostly(pick, legs.length, [0]), assetIndex: 1, base: 'AIA', marketId: 'AIAUSDT', side: 'buy', quantity: null,
      quoteValue: mostly(pick, pick(['123.456789012345678901', '4.50']), ['0.0000000000000000001']), refPrice: 0.1, refPriceMs: this.nowMs, skipReason: mostly(pick, null, ['share-below-minimum', REASONS[2]!]),
    }];
  }

  private book(pick: Pick): Call {
    const accountId = pick(this.scene.accountIds);
    const marketId = pick(['HANAUSDT', 'HANAUSDT', 'AIAUSDT']);
    const count = pick([1, 2, 3, 0]);
    const fills = Array.from({ length: count }, () => this.fill(pick, accountId, marketId));
    const swept = pick([{}, { watermarkMs: this.nowMs }, { watermarkMs: this.nowMs - 90_000, sweptFromMs: this.nowMs - 100_000 }]);
    const request: BookingRequest = { accountId, marketId, nowMs: this.nowMs, fills: pick([fills, [...fills, ...fills.slice(0, 1)]]), ...swept };
    return { name: 'book', make: ({ store }) => store.book(request) };
  }

  /** A trade that was told of before is told as it was. */
  private fill(pick: Pick, accountId: string, marketId: string): FillBooking {
    const venueTradeId = pick([`trade-${this.made}-${pick([1, 2, 3])}`, `trade-${pick([1, 2, 3, 4, 5, 6])}`]);
    const known = this.trades.get(`${accountId}|${marketId}|${venueTradeId}`);
    if (known !== undefined) return known;
    const attempt = pick([this.attempt(pick), this.attempt(pick), this.attempt(pick), undefined]);
    const clientOrderId = attempt?.clientOrderId ?? null;
    const fill = {
      venueTradeId, venueOrderId: attempt?.venueOrderId ?? `v-of-${venueTradeId}`, clientOrderId, marketId, side: pick(['sell', 'buy'] as const), price: pick(['0.05', '6.00']),
      quantity: pick(['6000', '12000', '12000.50', '0.000000000000000001']), notional: pick(['300', '600.0', '599.999999999999999999', '601', '601.3']), fee: pick(['0.3', '0', '-0.01']), feeAsset: pick(['USDT', 'MX']),
      isMaker: pick([false, true]), filledMs: this.nowMs - pick([0, 1_000, 2_000]),
    };
    const holder = attempt === undefined ? ({ kind: 'unassigned' } as const) : ({ kind: 'portfolio', portfolioId: attempt.portfolioId } as const);
    const market = { base: marketId.replace('USDT', ''), quote: 'USDT' };
    const postings = postingsOfFill(fill, market, holder);
    const isWhole = mostly(pick, true, [false]);
    const booking = { fill, clientOrderId, portfolioId: attempt?.portfolioId ?? null, ...market, postings: isWhole ? postings : postings.slice(1) };
    if (isWhole) this.trades.set(`${accountId}|${marketId}|${venueTradeId}`, booking);
    return booking;
  }

  private post(pick: Pick): Call {
    const portfolioId = pick(this.scene.portfolioIds);
    const { accountId } = this.scene.database.portfolios.get(portfolioId)!;
    const quantity = pick(['1000.50', '0.000000000000000001', '1e3']);
    const key = pick([`post:${this.scene.run}:${this.made}`, `post:${this.scene.run}:${pick([1, 2])}`, mostly(pick, `post:${this.scene.run}:0`, [`fill:${accountId}:HANAUSDT:trade-${pick([1, 2])}`])]);
    const postings: LedgerTransaction['postings'] = [
      { holder: { kind: 'portfolio', portfolioId }, asset: 'USDT', quantity }, { holder: pick([{ kind: 'unassigned' }, { kind: 'external' }] as const), asset: 'USDT', quantity: mostly(pick, `-${quantity}`, ['-1']) },
    ];
    const transaction: LedgerTransaction = {
      key, accountId, kind: 'allocation', occurredMs: this.nowMs, bookedMs: this.nowMs, memo: pick([null, 'a memo']), postings, ...pick([{}, { flows: [{ portfolioId, value: 0.1 }, { portfolioId, value: 1_000.2 }] }]),
    };
    return { name: 'post', make: ({ ledger }) => ledger.post(transaction) };
  }

  private quarantine(pick: Pick): Call {
    const [accountId, untilMs, reason] = [mostly(pick, pick(this.scene.accountIds), ['nobody']), this.nowMs + pick([300_000, 1]), pick(REASONS)];
    return { name: 'quarantine', make: ({ store }) => store.quarantine(accountId, 'HANAUSDT', untilMs, reason) };
  }

  private requeue(pick: Pick): Call {
    const [graceMs, limit, nowMs] = [pick([15_000, 0]), pick([1_000, 1, 2]), this.nowMs + pick([15_000, 60_000])];
    return { name: 'requeue', make: ({ store }) => store.requeueOverdue(nowMs, graceMs, limit) };
  }

  private takeJobs(): Call {
    return { name: 'takeJobs', make: (side) => side.takeJobs() };
  }

  private jobs(pick: Pick): QueuedJob[] {
    const { id } = this.scene.database.intents.get(this.scene.id('oi', 100))!;
    const job = (name: string): QueuedJob => ({ queue: 'plan-advance', jobId: `job-${this.scene.run}-${name}`, payload: { planId: this.scene.planIds[0]! }, priority: 1 });
    const forOrder: QueuedJob = { ...job(`order-${this.made}`), queue: 'order-advance', payload: { intentId: id } };
    return mostly(pick, pick([[], [job(String(this.made))], [{ ...job('same'), coalesceKey: 'shard-3' }, job(`${this.made}-b`)], [forOrder]]), [[job('not:fit')]]);
  }

  /** One in these states, if there is any. */
  private intent(pick: Pick, states: readonly string[]): IntentRow {
    const all = [...this.scene.database.intents.all()];
    const wanted = all.filter(({ state }) => states.includes(state));
    return pick(mostly(pick, wanted.length > 0 ? wanted : all, [all]));
  }

  private attempt(pick: Pick): AttemptRow | undefined {
    const all = [...this.scene.database.attempts.all()];
    return all.length === 0 ? undefined : pick(all.toReversed());
  }
}
