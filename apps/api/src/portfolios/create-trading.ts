import {
  ChangePortfolio, ChangePortfolioState, CreatePortfolio, DryRun, EngageKillSwitch, EVALUATION_LIMITS, ExplainPortfolio, MoveFunds, ReadPortfolio, ReleaseKillSwitch, ReplayPortfolio,
  type EventLog, type Failpoint, type LatestPrices, type MarketStore, type VenueName,
} from '#application';
import { accountReconcile, orderAdvance, planAdvance, PORTFOLIO_SHARDS } from '#contracts';
import {
  PostgresAccountStore, PostgresEvaluationStore, PostgresExecutionStore, PostgresKillSwitchStore, PostgresLedgerStore, PostgresPortfolioStore, PostgresRequestKeyStore, PostgresTradingReader,
} from '#persistence';
import { canonicalSha256, systemClock } from '#platform';
import type { Database } from '../dispatch.js';
import { ulidSource } from '../system.js';
import type { TradingServices } from './trading-services.js';

export interface TradingParts {
  readonly database: Database;
  readonly markets: MarketStore;
  readonly prices: LatestPrices;
  readonly venue: VenueName;
  readonly onQueued: () => void;
  readonly failpoint: Failpoint;
  readonly log: EventLog;
}

const PLAN_JOBS = { queue: planAdvance.name, priority: planAdvance.policy.priorities.next };
const ORDER_JOBS = { queue: orderAdvance.name, priority: orderAdvance.policy.priorities.next };
const RECONCILE_JOBS = { queue: accountReconcile.name, priority: accountReconcile.policy.priorities.asked };

function storesOf(database: Database) {
  const plans = new PostgresExecutionStore(database, { plan: PLAN_JOBS, order: ORDER_JOBS });
  return {
    plans,
    portfolios: new PostgresPortfolioStore(database),
    evaluations: new PostgresEvaluationStore(database, PLAN_JOBS),
    reader: new PostgresTradingReader(database, plans),
    ledger: new PostgresLedgerStore(database),
    accounts: new PostgresAccountStore(database, RECONCILE_JOBS),
    killSwitches: new PostgresKillSwitchStore(database),
    requestKeys: new PostgresRequestKeyStore(database),
  };
}

export function createTrading({ database, markets, prices, venue, onQueued, failpoint, log }: TradingParts): TradingServices {
  const stores = storesOf(database);
  const { portfolios: store, evaluations, plans, reader, ledger, accounts, killSwitches, requestKeys } = stores;
  const system = { clock: systemClock, ids: ulidSource, digest: canonicalSha256 };
  const dryRun = new DryRun({ store: evaluations, prices, markets, clock: systemClock, limits: EVALUATION_LIMITS });
  const read = new ReadPortfolio({ store, evaluations, plans, markets, prices, clock: systemClock });
  return {
    ...stores, ...system, dryRun, read, onQueued, failpoint,
    create: new CreatePortfolio({ store, markets, accounts, requestKeys, venue, shards: PORTFOLIO_SHARDS, ...system }),
    change: new ChangePortfolio({ store, markets, dryRun, ...system }),
    state: new ChangePortfolioState({ store, accounts, clock: systemClock }),
    moveFunds: new MoveFunds({ store, requestKeys, ...system }),
    explain: new ExplainPortfolio({ read, store, evaluations, reader, digest: canonicalSha256 }),
    engage: new EngageKillSwitch({ store: killSwitches, accounts, portfolios: store, clock: systemClock, failpoint, log }),
    release: new ReleaseKillSwitch({ store: killSwitches, accounts, clock: systemClock, ids: ulidSource, onQueued, failpoint, log }),
    replay: new ReplayPortfolio({ portfolios: store, evaluations, plans, ledger, markets }),
  };
}
