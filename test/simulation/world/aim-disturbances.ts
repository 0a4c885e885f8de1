import type { ExchangeDisturber } from './disturb-exchange.js';
import type { Operator } from './operator.js';
import type { World } from './world.js';

const ACTS_ON_PAPER = ['pause', 'pause-buys', 'stop', 'halt', 'reduce-only'] as const;
const ACTS = [...ACTS_ON_PAPER, 'move', 'move-and-restart'] as const;
/** So soon after the moment, at most. */
const WITHIN_MS = 8_000;

/** What happens just when it matters, which by itself it hardly ever would: while a plan is under way, or an order's fate unknown. */
export function aimDisturbances(world: World, operator: Operator, outside: ExchangeDisturber, isOver: () => boolean): void {
  const { database, time, settings: { aimed, accounts }, marks, executors } = world;
  const chance = world.chance.fork('aimed');
  const isLive = (accountId: string): boolean => accounts.some((account) => account.accountId === accountId);
  const soon = (work: () => void): void => {
    time.after(chance.whole(0, WITHIN_MS), () => {
      if (!isOver()) work();
    });
  };
  database.plans.watch(({ state, portfolioId, accountId }, before) => {
    if (state !== 'executing' || before?.state === state || isOver() || !chance.happens(aimed.atPlan)) return;
    const act = chance.pick(isLive(accountId) ? ACTS : ACTS_ON_PAPER);
    marks.hit(`aimed at a plan: ${act}`);
    soon(() => {
      if (act === 'move' || act === 'move-and-restart') outside.moveAt(accountId);
      else void operator.interrupt(portfolioId, act);
      // Who starts compares the books before it goes on with the plan.
      if (act === 'move-and-restart') for (const one of executors) if (one.parts.name.includes(accountId)) one.crash('just now');
    });
  });
  database.intents.watch(({ state, accountId }, before) => {
    if (state !== 'unknown' || before?.state === state || isOver() || !isLive(accountId) || !chance.happens(aimed.atUnknown)) return;
    marks.hit('aimed at an unknown order');
    soon(() => outside.moveAt(accountId));
  });
}
