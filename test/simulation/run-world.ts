import { Chance } from './engine/chance.js';
import type { TracedEvent } from './engine/event-trace.js';
import { checkConverged, checkQuiet, isInDoubt, unfinished, type QuietWorld } from './invariants/check-quiet.js';
import { checkSecrets } from './invariants/check-secrets.js';
import type { Violation } from './invariants/violations.js';
import { drawMarkets } from './workload/market-mix.js';
import { startDisturbances } from './world/disturbances.js';
import { loadExchangeLibrary } from './world/load-exchange-library.js';
import { Operator } from './world/operator.js';
import { drawSettings, NO_ODDS, QUOTE, type Profile, type WorldSettings } from './world/settings.js';
import { openWorld, type World } from './world/world.js';

const BASES = ['HANA', 'AIA', 'XAN', 'KOGE', 'MYX', 'TRUTH', 'BLESS', 'ZORA', 'PIPPIN', 'COAI', 'FOLKS', 'JELLY'] as const;
/** Markets of a world: few in most. */
const BASKETS = [3, 4, 5, 6, 8, 12];
/** 2026-03-02 00:00 UTC. */
const START_MS = 1_772_409_600_000;
const MINUTE_MS = 60_000;
export const DAY_MS = 1_440 * MINUTE_MS;
const HISTORY_MS = 120 * MINUTE_MS;

/** After the last fault: all orders are settled by then, all plans by their deadline and ten minutes. */
const INTENTS_WITHIN_MS = 5 * MINUTE_MS;
const PLANS_WITHIN_MS = 20 * MINUTE_MS;
const REST_MS = 15 * MINUTE_MS;

export interface RunOptions {
  readonly seed: number;
  /** Of the phase with faults, in simulated days; a fraction is one. */
  readonly days: number;
  /** Events kept in words, for the report of a violation. */
  readonly keep?: number;
  readonly profile?: Profile;
  readonly change?: (settings: WorldSettings) => WorldSettings;
}

export interface RunResult {
  readonly seed: number;
  readonly days: number;
  readonly profile: Profile;
  /** Of all that happened: two runs of a seed have the same. */
  readonly hash: string;
  readonly events: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly marks: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  /** The last events before the end, or before the violation. */
  readonly tail: readonly TracedEvent[];
  readonly cpuMs: number;
}

/** A violation has been found: what comes after it proves nothing. */
class Found extends Error {}

/** One world through both of its phases: with faults, and then without until all has come to rest. */
export async function runWorld({ seed, days, keep, profile = 'drawn', change = (settings) => settings }: RunOptions): Promise<RunResult> {
  await loadExchangeLibrary();
  const before = process.cpuUsage();
  const world = makeWorld(seed, days, keep, (chance, bases) => change(drawSettings(chance, bases, profile)));
  const operator = anOperator(world);
  const disturbances = startDisturbances(world, operator, basesOf(world));
  operator.start();
  world.start();
  try {
    await phase(world, days * DAY_MS);
    disturbances.end();
    await comeToRest(world, operator);
  } catch (error) {
    if (!(error instanceof Found)) throw error;
  }
  const { user, system } = process.cpuUsage(before);
  return { seed, days, profile, ...told(world), cpuMs: (user + system) / 1_000 };
}

function makeWorld(seed: number, days: number, keep: number | undefined, draw: (chance: Chance, bases: readonly string[]) => WorldSettings): World {
  const chance = new Chance(seed, 'world');
  const bases = BASES.slice(0, chance.fork('bases').pick(BASKETS));
  const settings = draw(chance.fork('settings'), bases);
  const untilMs = START_MS + days * DAY_MS + PLANS_WITHIN_MS + 2 * REST_MS;
  const markets = drawMarkets(chance.fork('markets'), { bases, historyFromMs: START_MS - HISTORY_MS, fromMs: START_MS, untilMs, basketSize: 6, withoutMarketOrders: 0.05 });
  return openWorld({ seed, startMs: START_MS, settings, markets, ...(keep === undefined ? {} : { keep }) });
}

function anOperator(world: World): Operator {
  const { time, chance, settings, desk, haltFile, marks, trace } = world;
  return new Operator({ time, chance: chance.fork('operator'), wishes: settings.portfolios, bases: basesOf(world), desk, haltFile, hit: marks.hit, note: trace.note });
}

const basesOf = ({ exchange }: World): readonly string[] => exchange.venue.markets().map(({ rules }) => rules.base);

async function phase(world: World, durationMs: number): Promise<void> {
  const { time, violations } = world;
  await time.runUntil(time.nowMs + durationMs, () => {
    if (violations.all.length > 0) throw new Found();
  });
}

/** One executor may stay away for good: its orders are another one's then. */
async function comeToRest(world: World, operator: Operator): Promise<void> {
  const { database, violations, chance, executors, processes, exchange, time } = world;
  world.setOdds(NO_ODDS);
  operator.isHurried = true;
  world.setServerClock(0);
  exchange.veils.lift();
  world.reads.thaw();
  for (const one of processes) one.wake();
  if (world.settings.executors > 1 && chance.happens(0.5)) executors[0]!.retire();
  const then = unfinished(database);
  const steps = new Map(exchange.venue.markets().map(({ rules }) => [rules.base, rules.quantityStep]));
  const stepOf = (asset: string): string => steps.get(asset) ?? (asset === QUOTE ? '0.01' : '0');
  const liveAccountIds = world.settings.accounts.map(({ accountId }) => accountId);
  const quiet = (): QuietWorld => ({ database, venue: exchange.venue, liveAccountIds, nowMs: time.nowMs, startMs: START_MS, stepOf });
  const isExcused = (intentId: string): boolean => isInDoubt(quiet(), intentId);
  await phase(world, INTENTS_WITHIN_MS);
  checkConverged(database, then, { intents: INTENTS_WITHIN_MS, plans: null }, violations, isExcused);
  await phase(world, PLANS_WITHIN_MS - INTENTS_WITHIN_MS);
  checkConverged(database, then, { intents: null, plans: PLANS_WITHIN_MS }, violations, isExcused);
  for (const one of processes) if (/evaluator|ingestor/u.test(one.parts.name)) one.retire();
  await phase(world, REST_MS);
  checkQuiet(quiet(), violations);
  checkSecrets(database, violations);
}

function told(world: World): Omit<RunResult, 'seed' | 'days' | 'profile' | 'cpuMs'> {
  const { trace, marks, violations, mishaps, redis, link, database } = world;
  const { posts, timeouts, laggingLookups, fates } = link.counts();
  const of = (mark: string): number => marks.all()[mark] ?? 0;
  for (const fate of Object.keys(fates)) marks.hit(`link: ${fate}`);
  return {
    hash: trace.hash(), events: trace.count, marks: marks.all(), violations: violations.all, tail: trace.tail(),
    counts: {
      posts, timeouts, laggingLookups, ...mishaps, ...redis.counts, lateAccepts: of('order_attempt: dead to acked') + of('order_attempt: rejected to acked'),
      unknowns: of('order_intent: sending to unknown'), dead: of('order_intent: unknown to dead'), plans: database.plans.size, intents: database.intents.size, fills: database.fills.size,
      fenced: of('refusal: 400 700003'), staleEpochs: of('log: stale-epoch'),
    },
  };
}
