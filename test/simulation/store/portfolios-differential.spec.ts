import * as fc from 'fast-check';
import { StoreFailure, type EvaluatedPortfolio } from '#application';
import { EVALUATED_MS, rulesOf } from '#testing';
import { openTradingDatabase, type TradingDatabase } from '../../integration/trading/trading-rows.js';
import { ACCOUNTS, commands, idOfSlot, newWorld, SELDOM, type Command, type World } from './differential-commands.js';
import { memorySide, postgresSide, type Side } from './differential-sides.js';

/** The longer run is that of `npm run test:faults`. */
const RANDOM_MS = process.env['FAULTS'] === 'all' ? 40_000 : 5_000;
const ALL = { limit: 1_000 };
const SLOTS = [0, 1, 2, 3];

let database: TradingDatabase;
beforeAll(async () => {
  database = await openTradingDatabase(2);
});
afterAll(() => database.close());

/** Assets beside the basket, and portfolios that wait equally long, come in no order. */
const inOrder = (portfolios: readonly EvaluatedPortfolio[]): unknown => portfolios.toSorted((one, other) => (one.id < other.id ? -1 : 1)).map(evaluatedInOrder);
const evaluatedInOrder = (portfolio: EvaluatedPortfolio | null): unknown =>
  portfolio === null ? null : { ...portfolio, otherHoldings: portfolio.otherHoldings.toSorted((one, other) => (one.asset < other.asset ? -1 : 1)) };

const plainOf = (answer: unknown): unknown => (answer === undefined ? 'nothing' : JSON.parse(JSON.stringify(answer)));

/** The answer, or which kind of failure it was: their words differ. */
async function outcomeOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof StoreFailure) return { failure: error.kind };
    if (error instanceof RangeError) return { failure: error.message };
    throw error;
  }
}

/** All that can be read of a side. */
async function stateOf({ portfolios, accounts, switches, evaluations, ledger, markets, watches, rest }: Side, { nowMs }: World): Promise<unknown> {
  const ofPortfolios = SLOTS.map(async (slot) => {
    const id = idOfSlot(slot);
    return {
      found: await portfolios.find(id), configurations: await portfolios.configurations(id), holdings: await portfolios.holdings(id),
      equity: await portfolios.equity(id, 0, nowMs + 1, 100), thinned: await portfolios.equity(id, 0, nowMs + 1, 3),
      evaluated: evaluatedInOrder(await evaluations.load(id, nowMs)), evaluations: await evaluations.evaluations(id, ALL),
    };
  });
  const ofAccounts = ACCOUNTS.map(async (id) => ({ booked: await accounts.bookedBalances(id), runs: await accounts.reconciliations(id, 100), ledger: await ledger.transactions({ accountId: id, ...ALL }) }));
  return {
    portfolios: await Promise.all(ofPortfolios), accounts: await Promise.all(ofAccounts), named: await portfolios.find('alpha'),
    lists: [await portfolios.list(ALL), await portfolios.list({ ...ALL, mode: 'paper', state: 'deleted' }), await accounts.list(ALL), await accounts.activePaperAccounts('SIMULATOR')],
    requested: await accounts.requestedReconciliations(100), breakers: await accounts.breakers(nowMs), engaged: await switches.engaged(), history: await switches.history(100),
    due: inOrder(await evaluations.loadDue('SIMULATOR', null, nowMs)), dueLater: inOrder(await evaluations.loadDue('SIMULATOR', 1, nowMs + 3_600_000)),
    overdue: await evaluations.overdueShards('SIMULATOR', nowMs + 130_000), markets: await markets.list('SIMULATOR'), watched: await watches.watched('SIMULATOR'), rest: await rest(),
  };
}

/** Markets are as they are from the beginning: a store over Postgres keeps their rules for some seconds. */
async function begin({ accounts, markets }: Side): Promise<void> {
  await accounts.register({ id: 'live-one', mode: 'live', venue: 'SIMULATOR', keyFingerprint: null, canWithdraw: null }, EVALUATED_MS);
  await markets.storeMarkets('SIMULATOR', [{ rules: rulesOf('HANA'), tradability: { kind: 'tradable' } }], EVALUATED_MS);
}

/** What commands came to, so that a run in which nothing happened is seen. */
const outcomes = new Map<string, number>();

interface Told {
  readonly kind?: string;
  readonly failure?: string;
}

function note(name: string, answer: unknown): void {
  const { kind, failure } = (typeof answer === 'object' ? (answer ?? {}) : { kind: JSON.stringify(answer ?? null) }) as Told;
  const key = `${name.split(' ', 1)[0]!} ${kind ?? failure ?? 'told'}`;
  outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
}

async function runBoth(sides: readonly [Side, Side], world: World, { name, prepare, learn }: Command): Promise<void> {
  const call = prepare(world);
  const [memory, postgres] = [await outcomeOf(() => call(sides[0])), await outcomeOf(() => call(sides[1]))];
  expect({ name, answer: plainOf(memory) }).toEqual({ name, answer: plainOf(postgres) });
  note(name, memory);
  const hasFailed = typeof memory === 'object' && memory !== null && 'failure' in memory;
  if (!hasFailed) learn?.(world, memory as never);
}

async function askBoth(asked: readonly Command[]): Promise<void> {
  const sides = [memorySide(EVALUATED_MS), await postgresSide(database)] as const;
  const world = newWorld();
  await Promise.all(sides.map(begin));
  for (const command of asked) await runBoth(sides, world, command);
  expect(plainOf(await stateOf(sides[0], world))).toEqual(plainOf(await stateOf(sides[1], world)));
}

/** Drawn once for all, and enough for all of these to come up: how far chance gets in its time depends on the machine. */
const FIRST_COMMANDS = [SELDOM, ...fc.sample(commands, { seed: 10, numRuns: 4 })];

it('answers in memory as in Postgres, in calls of every kind', async () => {
  for (const asked of FIRST_COMMANDS) await askBoth(asked);
  for (const happened of ['create created', 'change changed', 'start changed', 'move moved', 'fold told', 'record "recorded"', 'record "overtaken"', 'record "plan-open"', 'engage told', 'release released']) {
    expect({ happened, isSeen: outcomes.has(happened) }).toEqual({ happened, isSeen: true });
  }
});

it('answers in memory as in Postgres, whatever is asked for in whatever order', async () => {
  const untilMs = performance.now() + RANDOM_MS;
  await fc.assert(fc.asyncProperty(commands, async (asked) => {
    if (performance.now() < untilMs) await askBoth(asked);
  }), { numRuns: 1_000 });
});
