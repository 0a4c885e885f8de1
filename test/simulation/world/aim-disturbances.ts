import type { ExchangeDisturber } from './disturb-exchange.js';
import type { Operator } from './operator.js';
import type { World } from './world.js';

/** So soon after the moment, at most. */
const WITHIN_MS = 8_000;

/** What happens just when it matters, which by itself it hardly ever would: while a plan is under way, or an order's fate unknown. */
export function aimDisturbances(world: World, operator: Operator, outside: ExchangeDisturber, isOver: () => boolean): void {
  const { database, time, settings: { aimed }, marks } = world;
  const chance = world.chance.fork('aimed');
  const soon = (work: () => void): void => {
    time.after(chance.whole(0, WITHIN_MS), () => {
      if (!isOver()) work();
    });
  };
  database.plans.watch(({ state, portfolioId, accountId }, before) => {
    if (state !== 'executing' || before?.state === state || isOver() || !chance.happens(aimed.atPlan)) return;
    const act = chance.pick(['pause', 'stop', 'halt', 'move'] as const);
    marks.hit(`aimed at a plan: ${act}`);
    soon(() => (act === 'move' ? outside.moveAt(accountId) : void operator.interrupt(portfolioId, act)));
  });
  database.intents.watch(({ state, accountId }, before) => {
    if (state !== 'unknown' || before?.state === state || isOver() || !chance.happens(aimed.atUnknown)) return;
    marks.hit('aimed at an unknown order');
    soon(() => outside.moveAt(accountId));
  });
}
