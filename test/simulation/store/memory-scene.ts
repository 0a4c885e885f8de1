import { ulid } from 'ulid';
import type { QueuedJob, SwitchScope } from '#application';
import type { DecimalText, PlanDecision, PlanState, PortfolioConfiguration, PortfolioState, TradingMode, TradingState } from '#domain';
import type { ExecutionScene, SceneLeg } from '#testing';
import { QUEUES } from '../../integration/trading/postgres-scene.js';
import { aConfiguration, aDecision, aMarketRules, anInitialDecision, NOW_MS } from '../../integration/trading/trading-rows.js';
import { keyOf, MemoryDatabase } from './memory-database.js';
import { MemoryExecutionStore } from './memory-execution-store.js';
import { MemoryLedgerStore } from './memory-ledger-store.js';
import { MemoryOutbox } from './memory-outbox.js';

export interface MemoryScene extends ExecutionScene {
  readonly database: MemoryDatabase;
}

/** What openPostgresScene makes, in memory. */
export function openMemoryScene(): MemoryScene {
  const database = new MemoryDatabase(() => NOW_MS);
  return {
    database,
    store: new MemoryExecutionStore(database, QUEUES),
    ledger: new MemoryLedgerStore(database),
    account: async (change) => anAccountRow(database, change),
    portfolio: async (accountId, change) => aPortfolioRow(database, accountId, change),
    changeCaps: async (portfolioId, caps) => aConfigurationRow(database, portfolioId, aConfiguration({ caps: { ...aConfiguration().caps, ...caps } })),
    plan: async (portfolioId, legs, { kind, ...change } = {}) => {
      const planId = aPlanRow(database, portfolioId, { ...change, decision: kind === 'initial' ? anInitialDecision() : aDecision() });
      const intentIds = legs.map((leg, index) => anIntentRow(database, planId, { leg: index, ...leg }));
      return { planId, portfolioId, accountId: database.portfolios.get(portfolioId)!.accountId, intentIds };
    },
    market: async (base, change) => aMarketRow(database, base, change),
    engage: async (scope, state) => engage(database, scope as SwitchScope, state),
    openBreaker: async (key, openUntilMs) => void database.breakers.insert({ key, openUntilMs, reason: 'a test', openedMs: NOW_MS }),
    takeJobs: () => takeJobs(database),
    held: async (accountId, portfolioId, asset) => database.holdings.get(keyOf(accountId, portfolioId ?? '', asset))?.quantity ?? '0',
    portfolioFlags: async (portfolioId) => ({
      isLookRequested: database.looks.get(portfolioId)!.lookRequestedMs !== null, isAllocated: database.portfolios.get(portfolioId)!.isAllocated,
    }),
    close: async () => undefined,
  };
}

/** Live at the simulator, reconciled, unless told otherwise. */
export function anAccountRow(
  { accounts }: MemoryDatabase, { id = `live-${ulid()}`, mode = 'live', isReconciled = true, haltReason = null }: { id?: string; mode?: TradingMode; isReconciled?: boolean; haltReason?: string | null } = {},
): string {
  accounts.insert({
    id, mode, venue: 'SIMULATOR', keyFingerprint: null, canWithdraw: null, reconciledMs: isReconciled ? NOW_MS : null, mismatchSinceMs: null, haltReason,
    openOrderCount: 0, executorSeenMs: null, createdMs: NOW_MS,
  });
  return id;
}

/** Named as its id is; HANA and AIA against USDT, running. */
export function aPortfolioRow(
  { accounts, portfolios, configurations, looks }: MemoryDatabase, accountId: string,
  { id = `pf_${ulid()}`, state = 'running', isAllocated = true, capital = '10000' }: { id?: string; state?: PortfolioState; isAllocated?: boolean; capital?: DecimalText } = {},
): string {
  const { mode, venue } = accounts.get(accountId)!;
  portfolios.insert({
    id, name: id, mode, venue, accountId, state, stateReason: null, shard: 0, configVersion: 1, capital, isAllocated, version: 1, createdMs: NOW_MS, changedMs: NOW_MS, changedBy: 'a test',
  });
  configurations.insert({ portfolioId: id, version: 1, configuration: aConfiguration(), sha256: '0'.repeat(64), createdMs: NOW_MS, createdBy: 'a test' });
  looks.insert({ portfolioId: id, lookSeq: 0, lastLookMs: null, nextLookMs: null, lookRequestedMs: null, evaluationId: null, evaluationLooks: 0 });
  return id;
}

/** A new version, which becomes the current one. */
export function aConfigurationRow({ portfolios, configurations }: MemoryDatabase, portfolioId: string, configuration: PortfolioConfiguration): void {
  const version = portfolios.get(portfolioId)!.configVersion + 1;
  configurations.insert({ portfolioId, version, configuration, sha256: '0'.repeat(64), createdMs: NOW_MS, createdBy: 'a test' });
  portfolios.update(portfolioId, { configVersion: version });
}

/** With the evaluation that it came from; `executing`, unless told otherwise. */
export function aPlanRow(
  database: MemoryDatabase, portfolioId: string,
  { id = `pl_${ulid()}`, evaluationId = `ev_${ulid()}`, state = 'executing', decision = aDecision(), createdMs = NOW_MS, nextActionMs = createdMs }: {
    id?: string; evaluationId?: string; state?: PlanState; decision?: PlanDecision; createdMs?: number; nextActionMs?: number;
  } = {},
): string {
  const { accountId, mode, venue } = database.portfolios.get(portfolioId)!;
  const lookSeq = database.indexes.plansOfPortfolio(portfolioId).length + 1;
  const hasEnded = state === 'done' || state === 'aborted';
  database.evaluations.insert({
    id: evaluationId, portfolioId, lookSeq, firstMs: createdMs - 1_000_000 + lookSeq, lastMs: null, lookCount: null, configVersion: 1, codeVersion: 'test', kind: 'plan', reason: 'upside',
    detail: null, subject: null, declined: [], input: { timeMs: createdMs, prices: [], quantities: [], cash: 0, lastFillMs: [], tradingFee: 0, isAllocated: true }, inputSha256: '0'.repeat(64),
  });
  database.plans.insert({
    id, portfolioId, accountId, mode, venue, evaluationId, configVersion: 1, decision, state, version: 1, endReason: null, reason: null, createdMs, deadlineMs: createdMs + 600_000,
    startedMs: state === 'draft' ? null : createdMs, finishedMs: hasEnded ? createdMs : null, nextActionMs: hasEnded || state === 'needs-human' ? null : nextActionMs,
    requeuedMs: null, changedMs: createdMs, changedBy: null,
  });
  return id;
}

/** A sale of 12,000 HANA in leg 0; of a purchase the value is 600. */
export function anIntentRow(
  database: MemoryDatabase, planId: string,
  { id = `oi_${ulid()}`, leg = 0, assetIndex = 0, side = 'sell', quantity = '12000', quoteValue = '600' }: SceneLeg & { id?: string; leg?: number } = {},
): string {
  const { portfolioId, accountId } = database.plans.get(planId)!;
  const { base, marketId } = aConfiguration().assets[assetIndex]!;
  database.intents.insert({
    id, planId, portfolioId, accountId, leg, assetIndex, base, marketId, side, quantity: side === 'sell' ? quantity : null, quoteValue: side === 'buy' ? quoteValue : null,
    refPrice: 0.05, refPriceMs: NOW_MS, state: 'new', reason: null, version: 1, leaseEpoch: 0, leaseUntilMs: null, attemptCount: 0, filledQuantity: '0', filledNotional: '0',
    feeInQuote: '0', nextActionMs: null, requeuedMs: null, createdMs: NOW_MS, finishedMs: null, changedMs: NOW_MS, changedBy: null,
  });
  return id;
}

export function aMarketRow({ markets }: MemoryDatabase, base: string, { isListed = true }: { isListed?: boolean } = {}): void {
  const row = { venue: 'SIMULATOR', rules: aMarketRules(base), tradability: { kind: 'tradable' }, isListed, firstSeenMs: NOW_MS, seenMs: NOW_MS } as const;
  const key = keyOf(row.venue, row.rules.marketId);
  if (markets.get(key) === undefined) markets.insert(row);
  else markets.update(key, row);
}

export function engage({ switches }: MemoryDatabase, scope: SwitchScope, state: TradingState): void {
  const before = switches.filter((row) => row.scope === scope);
  for (const { version } of before) switches.update(keyOf(scope, version), { isCurrent: false });
  switches.insert({ scope, version: before.length + 1, state, reason: 'a test', setBy: 'a test', setMs: NOW_MS, isCurrent: true });
}

async function takeJobs(database: MemoryDatabase): Promise<QueuedJob[]> {
  const jobs: QueuedJob[] = [];
  await new MemoryOutbox(database).dispatch(1_000, async (job) => void jobs.push(job));
  return jobs;
}
