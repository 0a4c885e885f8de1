import type { ExecutionStore, LedgerStore, QueuedJob } from '#application';
import { PostgresExecutionStore, PostgresLedgerStore, PostgresOutbox } from '#persistence';
import { QUEUES } from '../../integration/trading/postgres-scene.js';
import {
  aDecision, aMarket, anInitialDecision, anIntent, aPlan, aPortfolio, aTradingAccount, NOW_MS, openTradingDatabase, type AccountRow, type TradingDatabase,
} from '../../integration/trading/trading-rows.js';
import { dumpOfMemory, dumpOfPostgres } from './differential-dumps.js';
import { MemoryDatabase } from './memory-database.js';
import { MemoryExecutionStore } from './memory-execution-store.js';
import { MemoryLedgerStore } from './memory-ledger-store.js';
import { MemoryOutbox } from './memory-outbox.js';
import { aMarketRow, anAccountRow, anIntentRow, aPlanRow, aPortfolioRow } from './memory-scene.js';

/** One of the two that are held to each other. */
export interface Side {
  readonly store: ExecutionStore;
  readonly ledger: LedgerStore;
  readonly takeJobs: () => Promise<readonly QueuedJob[]>;
  /** All rows of the scene's accounts, as far as both can tell them. */
  readonly dump: () => Promise<unknown>;
}

/** Two accounts; the first has a start and a later plan of two portfolios, the second one plan. Ids are the same on both sides. */
export interface DifferentialScene {
  readonly memory: Side;
  readonly postgres: Side;
  readonly database: MemoryDatabase;
  readonly beginMs: number;
  readonly accountIds: readonly string[];
  readonly portfolioIds: readonly string[];
  readonly planIds: readonly string[];
  /** One that the scene has not used: the same name makes the same id. */
  readonly id: (prefix: 'oi' | 'pl' | 'ev' | 'pf', name: number) => string;
  readonly run: number;
}

/** Runs go back from a far future, each by more than its clock moves: work of earlier runs is never overdue. */
const FIRST_RUN_MS = 8_000_000_000_000_000;
const RUN_MS = 100 * 86_400_000;

export interface DifferentialDatabase {
  readonly scene: () => Promise<DifferentialScene>;
  readonly close: () => Promise<void>;
}

export async function openDifferentialDatabase(): Promise<DifferentialDatabase> {
  const rows = await openTradingDatabase(2);
  await aMarket(rows, 'HANA');
  let run = 0;
  const scene = (): Promise<DifferentialScene> => {
    run += 1;
    return makeScene(rows, run);
  };
  return { scene, close: rows.close };
}

async function makeScene(rows: TradingDatabase, run: number): Promise<DifferentialScene> {
  const database = new MemoryDatabase(() => NOW_MS);
  aMarketRow(database, 'HANA');
  const id: DifferentialScene['id'] = (prefix, name) => `${prefix}_0${String(run).padStart(12, '0')}${String(name).padStart(13, '0')}`;
  const scene = { database, id, run, beginMs: FIRST_RUN_MS - run * RUN_MS, accountIds: [`live-${run}-a`, `live-${run}-b`], portfolioIds: [1, 2, 3].map((n) => id('pf', n)), planIds: [1, 2, 3].map((n) => id('pl', n)) };
  for (const [index, accountId] of scene.accountIds.entries()) {
    const account = await aTradingAccount(rows, { id: accountId });
    anAccountRow(database, { id: accountId });
    for (const n of index === 0 ? [1, 2] : [3]) await addPortfolio(rows, scene, account, n);
  }
  const outbox = new PostgresOutbox(rows.dataSource);
  await takeJobs(outbox);
  return {
    ...scene,
    memory: sideOf(new MemoryExecutionStore(database, QUEUES), new MemoryLedgerStore(database), new MemoryOutbox(database), async () => dumpOfMemory(database)),
    postgres: sideOf(new PostgresExecutionStore(rows.dataSource, QUEUES), new PostgresLedgerStore(rows.dataSource), outbox, () => dumpOfPostgres(rows, scene.accountIds)),
  };
}

const sideOf = (store: ExecutionStore, ledger: LedgerStore, outbox: PostgresOutbox | MemoryOutbox, dump: Side['dump']): Side => ({ store, ledger, takeJobs: () => takeJobs(outbox), dump });

async function addPortfolio(rows: TradingDatabase, { database, id, beginMs }: Pick<DifferentialScene, 'database' | 'id' | 'beginMs'>, account: AccountRow, n: number): Promise<void> {
  const isAllocated = n !== 1;
  const portfolio = await aPortfolio(rows, account, { id: id('pf', n), isAllocated });
  aPortfolioRow(database, account.id, { id: id('pf', n), isAllocated });
  const change = { id: id('pl', n), evaluationId: id('ev', n), createdMs: beginMs, decision: isAllocated ? aDecision() : anInitialDecision() };
  const plan = await aPlan(rows, portfolio, change);
  aPlanRow(database, portfolio.id, change);
  for (const leg of [0, 1, 2]) {
    const intent = { id: id('oi', n * 100 + leg), leg, assetIndex: leg % 2, side: isAllocated ? ('sell' as const) : ('buy' as const) };
    await anIntent(rows, plan, intent);
    anIntentRow(database, plan.id, intent);
  }
}

async function takeJobs(outbox: PostgresOutbox | MemoryOutbox): Promise<QueuedJob[]> {
  const jobs: QueuedJob[] = [];
  await outbox.dispatch(1_000, async (job) => void jobs.push(job));
  return jobs;
}
