import { EvaluatePortfolios, EVALUATION_LIMITS, EvaluationTicker, MeasuredClock, OutboxDispatcher } from '#application';
import { portfolioEvaluate } from '#contracts';
import { canonicalSha256 } from '#platform';
import type { Life } from '../engine/simulated-process.js';
import { EVALUATE_JOB } from './jobs.js';
import type { Machine } from './machine.js';
import { storesOf } from './stores.js';

export const VENUE = 'SIMULATOR';
const CONCURRENCY = 4;
const TICK_EVERY_MS = 30_000;

/** As apps/strategy-evaluator puts it together. */
export function bootEvaluator(machine: Machine): (life: Life) => void {
  return (life) => {
    const stores = storesOf(machine.stores, life);
    const queues = life.port('queues', machine.redis.queue);
    const log = machine.log(life);
    const { clock, timer } = life;
    const dispatcher = new OutboxDispatcher({ outbox: stores.outbox, jobs: queues, timer, log });
    const venueClock = new MeasuredClock({ store: stores.markets, venue: VENUE, clock });
    const evaluatePortfolios = new EvaluatePortfolios({
      store: stores.evaluations, prices: life.port('prices', machine.redis.latestPrices), killSwitches: stores.killSwitches, venue: VENUE, venueClock, ids: machine.ids,
      digest: canonicalSha256, codeVersion: 'simulation', limits: EVALUATION_LIMITS, onPlanned: () => dispatcher.kick(), failpoint: machine.failpoint(life), log,
    });
    const look = (shard: number) => evaluatePortfolios.lookAtShard(shard);
    const ticker = new EvaluationTicker({
      store: stores.evaluations, venue: VENUE, venueClock, jobs: queues, look, evaluation: EVALUATE_JOB, evaluatorId: life.name, everyMs: TICK_EVERY_MS, timer, log,
    });
    dispatcher.start();
    ticker.start();
    machine.redis.consume({
      queue: portfolioEvaluate.name, policy: portfolioEvaluate.policy, concurrency: CONCURRENCY,
      isAwake: () => life.process.isAwake(life), isDead: () => life.isDead,
      handle: async ({ payload }) => {
        await look(Number(payload['shard']));
        return { kind: 'done' };
      },
    });
  };
}
