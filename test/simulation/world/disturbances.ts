import { aimDisturbances } from './aim-disturbances.js';
import { ExchangeDisturber } from './disturb-exchange.js';
import type { Operator } from './operator.js';
import type { Disturbances } from './settings.js';
import type { World } from './world.js';

const MINUTE_MS = 60_000;
const NAME = 'world';
/** Longer than it takes to give an order up (40 s) and for its market to be free again (5 min). */
const LEAST_STALE_MS = 6 * MINUTE_MS;
const MOST_STALE_MS = 10 * MINUTE_MS;

/** What befalls the world from outside, each kind at times of its own, until it is ended. */
export function startDisturbances(world: World, operator: Operator, bases: readonly string[]): { end(): void } {
  const { time, settings, marks } = world;
  const chance = world.chance.fork('disturbances');
  let isOver = false;
  const outside = theOutside(world, bases);
  const acts = actsOf(world, operator, outside);
  aimDisturbances(world, operator, outside, () => isOver);
  for (const [kind, everyMinutes] of Object.entries(settings.disturbances) as [keyof Disturbances, number][]) {
    if (everyMinutes === 0) continue;
    // Exponential: such things come independently of each other.
    const wait = (): number => -Math.log(1 - chance.fraction()) * everyMinutes * MINUTE_MS;
    const strike = (): void => {
      if (isOver) return;
      marks.hit(`disturbance: ${kind}`);
      acts[kind]();
      time.after(wait(), strike);
    };
    time.after(wait(), strike);
  }
  return {
    end: () => {
      isOver = true;
      outside.cancelAll();
      world.exchange.state.faults.clear();
    },
  };
}

function theOutside({ time, settings, exchange, trace, marks, chance }: World, bases: readonly string[]): ExchangeDisturber {
  return new ExchangeDisturber({
    venue: exchange.venue, faults: exchange.state.faults, chance: chance.fork('outside'), nowMs: () => time.nowMs, after: time.after,
    liveAccountIds: settings.accounts.map(({ accountId }) => accountId), bases, note: trace.note, hit: marks.hit,
  });
}

function actsOf(world: World, operator: Operator, outside: ExchangeDisturber): Readonly<Record<keyof Disturbances, () => void>> {
  const { redis, processes } = world;
  const chance = world.chance.fork('acts');
  return {
    flush: () => redis.flush(),
    redisAway: () => redis.goAway(chance.pick([2_000, 20_000, 120_000])),
    crash: () => chance.pick(processes).crash('from outside'),
    pause: () => chance.pick(processes).pause(chance.pick([5_000, 45_000, 90_000])),
    hostClock: () => setHostClock(world, chance.pick(processes).parts.name, chance.pick([0, 0, 300, -2_000, 2_000, -30_000, 30_000])),
    serverClock: () => shiftServer(world, chance.pick([0, 0, -2_000, 2_000, -30_000, 30_000])),
    external: outside.moveFromOutside,
    venueRules: outside.changeRules,
    operator: () => void operator.act(),
    switches: () => void operator.stopTrading(),
    rulesAway: outside.hideRules,
    restingOrder: outside.leaveOrder,
    staleReads: () => world.reads.freeze(chance.whole(LEAST_STALE_MS, MOST_STALE_MS)),
  };
}

function setHostClock({ processes, trace }: World, name: string, offsetMs: number): void {
  trace.note(NAME, `the clock of ${name} is set ${offsetMs} ms off`);
  processes.find(({ parts }) => parts.name === name)!.clockOffsetMs = offsetMs;
}

function shiftServer({ setServerClock, trace }: World, shiftMs: number): void {
  trace.note(NAME, `the clock of the exchange is ${shiftMs} ms off`);
  setServerClock(shiftMs);
}
