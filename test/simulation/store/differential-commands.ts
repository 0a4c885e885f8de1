import * as fc from 'fast-check';
import type { EvaluatedPortfolio, LookTaken, NewEvaluation, NewPlan, NewPortfolio, Portfolio, SwitchScope } from '#application';
import type { PortfolioState } from '#domain';
import { aBasket, EVALUATED_MS } from '#testing';
import type { Side } from './differential-sides.js';

/** What both sides have been told so far, as far as later calls lean on it. */
export interface World {
  nowMs: number;
  made: number;
  readonly portfolios: Map<number, Portfolio>;
  readonly seen: Map<number, EvaluatedPortfolio>;
}

export const newWorld = (): World => ({ nowMs: EVALUATED_MS, made: 0, portfolios: new Map(), seen: new Map() });

/** Decides with the world what is asked for, once, so that both sides are asked the same. */
export interface Command {
  readonly name: string;
  readonly prepare: (world: World) => (side: Side) => Promise<unknown>;
  /** What memory answered; the other side has answered the same. */
  readonly learn?: (world: World, answer: never) => void;
}

const LIVE = 'live-one';
const SLOTS = [0, 1, 2, 3] as const;
export const LIVE_SLOT = 3;
export const ACCOUNTS = [LIVE, ...SLOTS.map((slot) => `paper-${slot}`)];
const BASKETS = [aBasket('HANA', 'AIA'), aBasket('AIA', 'HANA'), aBasket('XAN')];
const STATES: readonly PortfolioState[] = ['created', 'running', 'buys-paused', 'paused', 'stopped', 'deleted'];

/** An id of 26 characters that nobody has had yet. */
function newId(world: World, prefix: string): string {
  world.made += 1;
  return `${prefix}_${String(world.made).padStart(26, '0')}`;
}

export const idOfSlot = (slot: number): string => `pf_${String(900 + slot).padStart(26, '0')}`;

const slot = fc.constantFrom(...SLOTS);
const quantity = fc.constantFrom('0.5', '100', '100.25', '3000', '9999999', '-0.5', '-100', '-100.25', '-3000', '-9999999');

const learnPortfolio = (world: World, slotOf: number, answer: { readonly portfolio?: Portfolio }): void => {
  if (answer.portfolio !== undefined) world.portfolios.set(slotOf, answer.portfolio);
};

const created = (drawn: { readonly slot: number; readonly capital: string; readonly name: string }): Command => ({
  name: `create ${JSON.stringify(drawn)}`,
  prepare: ({ nowMs }) => {
    const isLive = drawn.slot === LIVE_SLOT;
    const portfolio: NewPortfolio = {
      id: idOfSlot(drawn.slot), name: drawn.name, mode: isLive ? 'live' : 'paper', venue: 'SIMULATOR', accountId: isLive ? LIVE : `paper-${drawn.slot}`, shard: drawn.slot % 2,
      configuration: BASKETS[0]!, configSha256: 'a'.repeat(64), capital: drawn.capital, createdMs: nowMs, createdBy: 'a test',
    };
    return ({ portfolios }) => portfolios.create(portfolio);
  },
  learn: (world, answer) => learnPortfolio(world, drawn.slot, answer),
});
const create = fc.record({ slot, capital: fc.constantFrom('1000', '0.000000000000000001', '12345.60', '0'), name: fc.constantFrom('alpha', 'beta', 'gamma') }).map(created);

const changeState = fc.record({ slot, state: fc.constantFrom(...STATES), isStale: fc.boolean() }).map((drawn): Command => ({
  name: `change state ${JSON.stringify(drawn)}`,
  prepare: ({ nowMs, portfolios: known }) => {
    const version = (known.get(drawn.slot)?.version ?? 1) + Number(drawn.isStale);
    return ({ portfolios }) => portfolios.changeState(idOfSlot(drawn.slot), version, drawn.state, drawn.isStale ? null : 'why', nowMs, 'a test');
  },
  learn: (world, answer) => learnPortfolio(world, drawn.slot, answer),
}));

const started = (slotOf: number): Command => ({
  name: `start ${slotOf}`,
  prepare: ({ nowMs, portfolios: known }) => ({ portfolios }) => portfolios.changeState(idOfSlot(slotOf), known.get(slotOf)?.version ?? 1, 'running', null, nowMs, 'a test'),
  learn: (world, answer) => learnPortfolio(world, slotOf, answer),
});
const start = slot.map(started);

const changeConfiguration = fc.record({ slot, basket: fc.nat({ max: BASKETS.length - 1 }) }).map((drawn): Command => ({
  name: `change configuration ${JSON.stringify(drawn)}`,
  prepare: ({ nowMs, portfolios: known }) => ({ portfolios }) =>
    portfolios.changeConfiguration(idOfSlot(drawn.slot), known.get(drawn.slot)?.version ?? 1, BASKETS[drawn.basket]!, 'b'.repeat(64), nowMs, 'a test'),
  learn: (world, answer) => learnPortfolio(world, drawn.slot, answer),
}));

const moveFunds = fc.record({ slot, quantity, moveId: fc.constantFrom('m1', 'm2', 'm3', 'm4') }).map((drawn): Command => ({
  name: `move funds ${JSON.stringify(drawn)}`,
  prepare: ({ nowMs }) => ({ portfolios }) => portfolios.moveFunds(idOfSlot(drawn.slot), drawn.quantity, nowMs, 'a test', drawn.moveId),
  learn: (world, answer) => learnPortfolio(world, drawn.slot, answer),
}));

const requestLook = fc.record({ slot, agoMs: fc.nat({ max: 9_000 }) }).map((drawn): Command => ({
  name: `request look ${JSON.stringify(drawn)}`,
  prepare: ({ nowMs }) => ({ portfolios }) => portfolios.requestLook(idOfSlot(drawn.slot), nowMs - drawn.agoMs),
}));

const see = slot.map((slotOf): Command => ({
  name: `see ${slotOf}`,
  prepare: ({ nowMs }) => ({ evaluations }) => evaluations.load(idOfSlot(slotOf), nowMs),
  learn: (world, answer) => {
    if (answer !== null) world.seen.set(slotOf, answer);
  },
}));

/** What is there now, or what was seen last, which may be long ago. */
const freshOr = (side: Side, { nowMs, seen }: World, slotOf: number, isFresh: boolean): Promise<EvaluatedPortfolio | null> =>
  isFresh ? side.evaluations.load(idOfSlot(slotOf), nowMs) : Promise.resolve(seen.get(slotOf) ?? null);

const isFresh = fc.constantFrom(true, true, true, false);

function aLook(nowMs: number, slotOf: number, portfolio: EvaluatedPortfolio | null, hasEquity: boolean): LookTaken {
  const { lookSeq = 0, lookRequestedMs = null, configVersion = 1 } = portfolio ?? {};
  const equity = { equity: 100 + slotOf, cash: 40, flows: 1, flowsTotal: 2, returnIndex: 1, peakIndex: 1.25, configVersion };
  return { portfolioId: idOfSlot(slotOf), lookSeq, lookRequestedMs, atMs: nowMs, nextLookMs: nowMs + 60_000, equity: hasEquity ? equity : null };
}

const fold = fc.record({ slots: fc.uniqueArray(slot, { minLength: 1 }), hasEquity: fc.boolean(), isFresh }).map((drawn): Command => ({
  name: `fold ${JSON.stringify(drawn)}`,
  prepare: (world) => async (side) => {
    const looks: LookTaken[] = [];
    for (const slotOf of drawn.slots) looks.push(aLook(world.nowMs, slotOf, await freshOr(side, world, slotOf, drawn.isFresh), drawn.hasEquity));
    return [...(await side.evaluations.recordFolded(looks))].toSorted();
  },
}));

const anEvaluation = (world: World, reason: string): NewEvaluation['evaluation'] => ({
  id: newId(world, 'ev'), configVersion: 1, codeVersion: 'test', kind: reason === 'upside' ? 'plan' : 'hold', reason, detail: null, subject: reason === 'upside' ? 'HANA' : null, declined: [],
  input: { timeMs: world.nowMs, prices: [], quantities: [0.1], cash: 1e-7, lastFillMs: [null], tradingFee: 0.001, isAllocated: true }, inputSha256: '0'.repeat(64),
});

const recorded = (drawn: { readonly slot: number; readonly reason: string; readonly hasEquity: boolean; readonly isFresh: boolean }): Command => ({
  name: `record ${JSON.stringify(drawn)}`,
  prepare: (world) => {
    const evaluation = anEvaluation(world, drawn.reason);
    const plan = drawn.reason === 'upside' ? aNewPlan(world, drawn.slot, evaluation.id) : null;
    return async (side) => {
      const look = aLook(world.nowMs, drawn.slot, await freshOr(side, world, drawn.slot, drawn.isFresh), drawn.hasEquity);
      return side.evaluations.record({ look, evaluation, plan });
    };
  },
});
const record = fc.record({ slot, reason: fc.constantFrom('within-thresholds', 'price-stale', 'upside'), hasEquity: fc.boolean(), isFresh }).map(recorded);

function aNewPlan(world: World, slotOf: number, evaluationId: string): NewPlan {
  const isLive = slotOf === LIVE_SLOT;
  const intent = { refPrice: 0.05, refPriceMs: world.nowMs, skipReason: null };
  return {
    plan: {
      id: newId(world, 'pl'), portfolioId: idOfSlot(slotOf), accountId: isLive ? LIVE : `paper-${slotOf}`, mode: isLive ? 'live' : 'paper', venue: 'SIMULATOR', evaluationId,
      configVersion: 1, createdMs: world.nowMs, deadlineMs: world.nowMs + 600_000,
      decision: { kind: 'initial', decidedAtMs: world.nowMs, totalValue: 1, prices: [1], purchases: [] },
    },
    intents: [
      { ...intent, id: newId(world, 'oi'), leg: 0, assetIndex: 0, base: 'HANA', marketId: 'HANAUSDT', side: 'sell', quantity: '12.50', quoteValue: null },
      { ...intent, id: newId(world, 'oi'), leg: 1, assetIndex: 1, base: 'AIA', marketId: 'AIAUSDT', side: 'buy', quantity: null, quoteValue: '6', skipReason: 'too small' },
    ],
  };
}

/** One state further, to its end in the end. */
const movePlan = fc.record({ slot, to: fc.constantFrom('settling' as const, 'done' as const, 'aborted' as const) }).map((drawn): Command => ({
  name: `move plan ${JSON.stringify(drawn)}`,
  prepare: ({ nowMs }) => async ({ evaluations, execution }) => {
    const planId = (await evaluations.load(idOfSlot(drawn.slot), nowMs))?.openPlanId ?? null;
    const view = planId === null ? null : await execution.plan(planId);
    if (view === null) return 'no plan';
    return execution.changePlan({ planId: view.plan.id, version: view.plan.version, atMs: nowMs, to: { state: drawn.to, endReason: null, reason: 'a test' }, nextActionMs: drawn.to === 'settling' ? nowMs : null, jobs: [] });
  },
}));

const account = fc.constantFrom(...ACCOUNTS, 'live-nobody');

const deposited = (drawn: { readonly account: string; readonly quantity: string }): Command => ({
  name: `deposit ${JSON.stringify(drawn)}`,
  prepare: (world) => {
    const opposite = drawn.quantity.startsWith('-') ? drawn.quantity.slice(1) : `-${drawn.quantity}`;
    const postings = [
      { holder: { kind: 'unassigned' }, asset: 'USDT', quantity: drawn.quantity }, { holder: { kind: 'external' }, asset: 'USDT', quantity: opposite },
    ] as const;
    const transaction = { key: newId(world, 'tx'), accountId: drawn.account, kind: 'external-deposit', occurredMs: world.nowMs, bookedMs: world.nowMs, memo: null, postings } as const;
    return ({ ledger }) => ledger.post(transaction);
  },
});
const deposit = fc.record({ account, quantity: fc.constantFrom('1000', '0.75', '-2') }).map(deposited);

const accountCalls = fc.record({ account, call: fc.constantFrom('register', 'halt', 'clear', 'breaker', 'request'), word: fc.constantFrom('one', 'two') }).map(({ account: id, call, word }): Command => ({
  name: `${call} ${id} ${word}`,
  prepare: (world) => {
    const { nowMs } = world;
    const runId = newId(world, 'rc');
    return async ({ accounts }) => {
      if (call === 'register') return accounts.register({ id, mode: id.startsWith('live') ? 'live' : 'paper', venue: 'SIMULATOR', keyFingerprint: word, canWithdraw: null }, nowMs);
      if (call === 'halt') return accounts.halt(id, word, nowMs);
      if (call === 'clear') return accounts.clearHalt(id, nowMs, word);
      if (call === 'breaker') return accounts.openBreaker({ key: `account:${id}`, openUntilMs: nowMs + (word === 'one' ? 1_000 : 90_000), reason: word }, nowMs);
      return accounts.requestReconciliation({ id: runId, accountId: id, cause: 'operator', requestedMs: nowMs });
    };
  },
}));

const reconciled = ({ account: accountId, outcome, isKnown }: { readonly account: string; readonly outcome: 'equal' | 'different' | 'failed'; readonly isKnown: boolean }): Command => ({
  name: `reconcile ${accountId} ${outcome} ${isKnown}`,
  prepare: (world) => {
    const isEqual = outcome === 'failed' ? null : outcome === 'equal';
    const differences = outcome === 'different' ? [{ asset: 'USDT', booked: '1', venue: '2', tolerance: '0' }] : [];
    const run = {
      id: newId(world, 'rc'), accountId, cause: 'operator', state: outcome === 'failed' ? 'failed' : 'done', isEqual, assetCount: isEqual === null ? null : 1, differences,
      problem: outcome === 'failed' ? 'no answer' : null, requestedMs: world.nowMs, finishedMs: world.nowMs + 1,
    } as const;
    return async ({ accounts }) => {
      const [waiting] = isKnown ? await accounts.requestedReconciliations(1) : [];
      return accounts.finishReconciliation(waiting === undefined ? run : { ...run, ...waiting, state: run.state, isEqual, assetCount: run.assetCount, differences, problem: run.problem, finishedMs: run.finishedMs }, 2);
    };
  },
});
const reconcile = fc.record({ account, outcome: fc.constantFrom('equal' as const, 'different' as const, 'failed' as const), isKnown: fc.boolean() }).map(reconciled);

const scope = fc.constantFrom<SwitchScope>('all', `account:${LIVE}`, 'account:paper-0', `portfolio:${idOfSlot(0)}`, `portfolio:${idOfSlot(LIVE_SLOT)}`);

const engaged = (drawn: { readonly scope: SwitchScope; readonly state: 'reduce-only' | 'halt'; readonly reason: string }): Command => ({
  name: `engage ${JSON.stringify(drawn)}`,
  prepare: ({ nowMs }) => ({ switches }) => switches.engage({ ...drawn, setBy: 'a test', setMs: nowMs }),
});
const engage = fc.record({ scope, state: fc.constantFrom('reduce-only' as const, 'halt' as const), reason: fc.constantFrom('drill', 'overfilled') }).map(engaged);

const released = (scopeOf: SwitchScope): Command => ({
  name: `release ${scopeOf}`,
  prepare: ({ nowMs }) => ({ switches }) => switches.release(scopeOf, 'a test', 'all is well', nowMs),
});
const release = scope.map(released);

/** Forward mostly; a clock is set back now and then. */
const passed = (ms: number): Command => ({
  name: `pass ${ms} ms`,
  prepare: (world) => {
    world.nowMs += ms;
    return ({ evaluations }) => evaluations.overdueShards('SIMULATOR', world.nowMs);
  },
});
const passTime = fc.constantFrom(1, 500, 2_000, 60_000, 60_000, 130_000, 3_600_000, 86_400_000, -3_000).map(passed);

const aCommand = fc.oneof(
  { arbitrary: create, weight: 3 }, { arbitrary: changeState, weight: 3 }, { arbitrary: start, weight: 3 }, { arbitrary: changeConfiguration, weight: 2 },
  { arbitrary: moveFunds, weight: 4 }, { arbitrary: requestLook, weight: 1 }, { arbitrary: see, weight: 5 }, { arbitrary: fold, weight: 4 }, { arbitrary: record, weight: 8 },
  { arbitrary: movePlan, weight: 4 }, { arbitrary: deposit, weight: 2 }, { arbitrary: accountCalls, weight: 4 }, { arbitrary: reconcile, weight: 3 },
  { arbitrary: engage, weight: 2 }, { arbitrary: release, weight: 2 }, { arbitrary: passTime, weight: 8 },
);

/** Portfolios to begin with, so that little of what is drawn finds nothing. */
const BEGINNING = [
  deposited({ account: LIVE, quantity: '5000' }), created({ slot: 0, capital: '1000', name: 'alpha' }), created({ slot: 1, capital: '12345.60', name: 'beta' }),
  created({ slot: LIVE_SLOT, capital: '1000', name: 'gamma' }), started(0), started(LIVE_SLOT),
];

/** A failure tells the names alone. */
const told = (command: Command): Command => Object.assign(command, { [fc.toStringMethod]: () => command.name });

/** What chance brings seldom. */
export const SELDOM: Command[] = [
  ...BEGINNING, recorded({ slot: 0, reason: 'upside', hasEquity: true, isFresh: true }), passed(1_000), recorded({ slot: 0, reason: 'upside', hasEquity: true, isFresh: true }),
  engaged({ scope: 'account:live-one', state: 'halt', reason: 'drill' }), passed(1_000), reconciled({ account: LIVE, outcome: 'equal', isKnown: false }), released('account:live-one'),
].map(told);

export const commands: fc.Arbitrary<Command[]> = fc.array(aCommand.map(told), { minLength: 15, maxLength: 60, size: 'max' }).map((drawn) => [...BEGINNING.map(told), ...drawn]);
