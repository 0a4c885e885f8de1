import {
  ChangePortfolio, ChangePortfolioState, CreatePortfolio, DryRun, EngageKillSwitch, EVALUATION_LIMITS, MoveFunds, OutboxDispatcher, ReleaseKillSwitch,
  type CreateCommand, type RequestKeyStore,
} from '#application';
import { PORTFOLIO_SHARDS } from '#contracts';
import { canonicalSha256 } from '#platform';
import type { Life } from '../engine/simulated-process.js';
import { VENUE } from './boot-evaluator.js';
import type { Machine } from './machine.js';
import { storesOf } from './stores.js';

/** The operator of the simulation names no request. */
const NO_KEYS: RequestKeyStore = {
  recall: () => Promise.reject(new Error('no request has a key here')),
  reserve: () => Promise.reject(new Error('no request has a key here')),
};

/** What apps/api lets people do, put together as it does it. */
export function openDesk(machine: Machine, life: Life) {
  const stores = storesOf(machine.stores, life);
  const { portfolios: store, markets, accounts, evaluations, killSwitches } = stores;
  const log = machine.log(life);
  const { clock } = life;
  const system = { clock, ids: machine.ids, digest: canonicalSha256 };
  const dispatcher = new OutboxDispatcher({ outbox: stores.outbox, jobs: life.port('queues', machine.redis.queue), timer: life.timer, log });
  const onQueued = (): void => dispatcher.kick();
  dispatcher.start();
  const dryRun = new DryRun({ store: evaluations, prices: life.port('prices', machine.redis.latestPrices), markets, clock, limits: EVALUATION_LIMITS });
  /** The product has one live account; portfolios of the simulation's others are given theirs here. */
  const createAt = async (accountId: string, { name, capital, draft }: CreateCommand): Promise<{ readonly kind: string }> => {
    const known = await markets.marketsOf(VENUE, draft.assets, draft.quote);
    if (known.includes(null)) return { kind: 'unknown-market' };
    const id = machine.ids.next('pf');
    const assets = known.map((market) => ({ base: market!.rules.base, marketId: market!.rules.marketId }));
    const configuration = { ...draft, assets, parameters: { ...draft.parameters, initialCapital: Number(capital) } };
    return store.create({ id, name, mode: 'live', venue: VENUE, accountId, shard: name.length % PORTFOLIO_SHARDS, configuration, configSha256: canonicalSha256(configuration), capital, createdMs: clock.nowMs(), createdBy: 'operator' });
  };
  return {
    stores, clock, onQueued, createAt,
    create: new CreatePortfolio({ store, markets, accounts, requestKeys: NO_KEYS, venue: VENUE, shards: PORTFOLIO_SHARDS, ...system }),
    change: new ChangePortfolio({ store, markets, dryRun, ...system }),
    state: new ChangePortfolioState({ store, accounts, clock }),
    moveFunds: new MoveFunds({ store, requestKeys: NO_KEYS, ...system }),
    engage: new EngageKillSwitch({ store: killSwitches, accounts, portfolios: store, clock, log }),
    release: new ReleaseKillSwitch({ store: killSwitches, accounts, clock, ids: machine.ids, onQueued, log }),
  };
}

export type Desk = ReturnType<typeof openDesk>;
