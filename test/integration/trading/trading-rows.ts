import { ulid } from 'ulid';
import {
  DEFAULT_CAPS, DEFAULT_EXECUTION, DEFAULT_PARAMETERS,
  type DecimalText, type MarketRules, type OrderSide, type OrderTerms, type PlanDecision, type PortfolioConfiguration, type Tradability, type TradingMode,
} from '#domain';
import { createDataSource, runMigrations } from '#persistence';
import { createTestDatabase } from '#testing';

/** Rows of trading by SQL, for stores whose neighbors are tested elsewhere. Each builder inserts and tells what it inserted. */
export interface Rows {
  query<Row = unknown>(text: string, parameters?: unknown[]): Promise<Row[]>;
}

/** 2026-01-05 12:00:00 UTC: the time at which everything here happens. */
export const NOW_MS = 1_767_614_400_000;

/** A migrated database of its own; `close` ends it. */
export async function openTradingDatabase(poolSize = 8) {
  const database = await createTestDatabase();
  const dataSource = await createDataSource({ url: database.url, poolSize, applicationName: 'trading-spec' }).initialize();
  await runMigrations(dataSource);
  const query = async <Row>(text: string, parameters: unknown[] = []): Promise<Row[]> => {
    const result: unknown = await dataSource.query(text, parameters);
    return (/^\s*(?:update|delete)/iu.test(text) ? (result as [Row[]])[0] : result) as Row[];
  };
  return {
    url: database.url,
    dataSource,
    query,
    close: async () => {
      await dataSource.destroy();
      await database.drop();
    },
  };
}

export type TradingDatabase = Awaited<ReturnType<typeof openTradingDatabase>>;

export interface AccountRow {
  readonly id: string;
  readonly mode: TradingMode;
  readonly venue: string;
}

/** Live at the simulator, reconciled, unless told otherwise. */
export async function aTradingAccount(rows: Rows, change: Partial<AccountRow & { reconciledMs: number | null; mismatchSinceMs: number | null; haltReason: string | null }> = {}): Promise<AccountRow> {
  const account = { id: `live-${ulid()}`, mode: 'live' as TradingMode, venue: 'SIMULATOR', reconciledMs: NOW_MS, mismatchSinceMs: null, haltReason: null, ...change };
  await rows.query(
    `INSERT INTO trading_account (id, mode, venue, reconciled_ms, mismatch_since_ms, halt_reason, created_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [account.id, account.mode, account.venue, account.reconciledMs, account.mismatchSinceMs, account.haltReason, NOW_MS],
  );
  return { id: account.id, mode: account.mode, venue: account.venue };
}

/** HANA and AIA against USDT, all settings as by default. */
export const aConfiguration = (change: Partial<PortfolioConfiguration> = {}): PortfolioConfiguration => ({
  assets: [{ base: 'HANA', marketId: 'HANAUSDT' }, { base: 'AIA', marketId: 'AIAUSDT' }],
  quote: 'USDT', parameters: DEFAULT_PARAMETERS, execution: DEFAULT_EXECUTION, caps: DEFAULT_CAPS, ...change,
});

export interface PortfolioRow {
  readonly id: string;
  readonly account: AccountRow;
  readonly configuration: PortfolioConfiguration;
}

export async function aPortfolio(
  rows: Rows, account: AccountRow,
  change: { id?: string; state?: string; configuration?: PortfolioConfiguration; isAllocated?: boolean; capital?: DecimalText; shard?: number } = {},
): Promise<PortfolioRow> {
  const id = change.id ?? `pf_${ulid()}`;
  const configuration = change.configuration ?? aConfiguration();
  await rows.query(
    `WITH configuration AS (
       INSERT INTO portfolio_configuration (portfolio_id, version, document, sha256, created_ms, created_by) VALUES ($1, 1, $2, repeat('0', 64), $3, 'a test')),
     portfolio AS (
       INSERT INTO portfolio (id, name, mode, venue, account_id, state, shard, config_version, capital, is_allocated, created_ms, changed_ms, changed_by)
       VALUES ($1, $1, $4, $5, $6, $7, $8, 1, $9, $10, $3, $3, 'a test'))
     INSERT INTO portfolio_look (portfolio_id) VALUES ($1)`,
    [id, JSON.stringify(configuration), NOW_MS, account.mode, account.venue, account.id, change.state ?? 'running', change.shard ?? 0, change.capital ?? '10000', change.isAllocated ?? true],
  );
  return { id, account, configuration };
}

/** A new version, which becomes the current one. */
export async function aConfigurationVersion(rows: Rows, portfolio: PortfolioRow, version: number, configuration: PortfolioConfiguration): Promise<void> {
  await rows.query(
    `INSERT INTO portfolio_configuration (portfolio_id, version, document, sha256, created_ms, created_by) VALUES ($1, $2, $3, repeat('0', 64), $4, 'a test')`,
    [portfolio.id, version, JSON.stringify(configuration), NOW_MS],
  );
  await rows.query('UPDATE portfolio SET config_version = $2 WHERE id = $1', [portfolio.id, version]);
}

/** HANA grew by half and is cut back: worth 3,000 of 10,000. */
export const aDecision = (): PlanDecision => ({
  kind: 'rebalance', decidedAtMs: NOW_MS, totalValue: 10_000, prices: [0.05, 0.1],
  plan: {
    trigger: { asset: 0, kind: 'upside', ratio: 1.1 }, decidedAtMs: NOW_MS, values: [3_000, 2_000], totalValue: 10_000, meanValue: 2_500,
    cashFloor: 500, sales: [{ asset: 0, quantity: 12_000, value: 600 }], aim: { kind: 'redistribute-proceeds' },
  },
});

export const anInitialDecision = (): PlanDecision => ({
  kind: 'initial', decidedAtMs: NOW_MS, totalValue: 10_000, prices: [0.05, 0.1],
  purchases: [{ take: 'buy', asset: 0, value: 3_500 }, { take: 'buy', asset: 1, value: 3_500 }],
});

export interface PlanRow {
  readonly id: string;
  readonly portfolio: PortfolioRow;
}

/** With the evaluation that it came from; `executing`, unless told otherwise. */
export async function aPlan(
  rows: Rows, portfolio: PortfolioRow,
  change: { id?: string; evaluationId?: string; state?: string; decision?: PlanDecision; createdMs?: number; deadlineMs?: number; nextActionMs?: number | null } = {},
): Promise<PlanRow> {
  const plan = { id: `pl_${ulid()}`, state: 'executing', decision: aDecision(), createdMs: NOW_MS, ...change };
  const hasEnded = ['done', 'aborted'].includes(plan.state);
  const nextActionMs = hasEnded || plan.state === 'needs-human' ? null : (plan.nextActionMs ?? plan.createdMs);
  await rows.query(
    `WITH evaluation AS (
       INSERT INTO evaluation (id, portfolio_id, look_seq, first_ms, config_version, code_version, kind, reason, declined, input, input_sha256)
       SELECT $1, $2, n, $4::bigint - 1000000 + n, 1, 'test', 'plan', 'upside', '[]', '{}', repeat('0', 64)
       FROM (SELECT count(*) + 1 AS n FROM evaluation WHERE portfolio_id = $2) AS before)
     INSERT INTO rebalance_plan (id, portfolio_id, account_id, mode, venue, evaluation_id, config_version, decision, state, created_ms, deadline_ms,
       started_ms, finished_ms, next_action_ms, changed_ms)
     VALUES ($3, $2, $5, $6, $7, $1, 1, $8, $9, $4, $10, $11, $12, $13, $4)`,
    [
      plan.evaluationId ?? `ev_${ulid()}`, portfolio.id, plan.id, plan.createdMs, portfolio.account.id, portfolio.account.mode, portfolio.account.venue, JSON.stringify(plan.decision),
      plan.state, plan.deadlineMs ?? plan.createdMs + 600_000, plan.state === 'draft' ? null : plan.createdMs, hasEnded ? plan.createdMs : null, nextActionMs,
    ],
  );
  return { id: plan.id, portfolio };
}

export interface IntentRow {
  readonly id: string;
  readonly plan: PlanRow;
}

/** A sale of 12,000 HANA in leg 0; of a purchase the value is 600. */
export async function anIntent(
  rows: Rows, plan: PlanRow,
  change: {
    id?: string; leg?: number; assetIndex?: number; side?: OrderSide; quantity?: DecimalText; quoteValue?: DecimalText; state?: string; attemptCount?: number;
    leaseEpoch?: number; leaseUntilMs?: number | null; nextActionMs?: number | null;
  } = {},
): Promise<IntentRow> {
  const intent = { id: `oi_${ulid()}`, leg: 0, assetIndex: 0, side: 'sell' as OrderSide, quantity: '12000', quoteValue: '600', state: 'new', ...change };
  const asset = plan.portfolio.configuration.assets[intent.assetIndex]!;
  await rows.query(
    `INSERT INTO order_intent (id, plan_id, portfolio_id, account_id, leg, asset_index, base, market_id, side, quantity, quote_value, ref_price, ref_price_ms,
       state, attempt_count, lease_epoch, lease_until_ms, next_action_ms, created_ms, changed_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0.05, $12, $13, $14, $15, $16, $17, $12, $12)`,
    [
      intent.id, plan.id, plan.portfolio.id, plan.portfolio.account.id, intent.leg, intent.assetIndex, asset.base, asset.marketId, intent.side,
      intent.side === 'sell' ? intent.quantity : null, intent.side === 'buy' ? intent.quoteValue : null, NOW_MS, intent.state, intent.attemptCount ?? 0,
      intent.leaseEpoch ?? 0, intent.leaseUntilMs ?? null, intent.nextActionMs ?? null,
    ],
  );
  return { id: intent.id, plan };
}

let orders = 0;

/** A client order id like ours, of no intent in particular. */
export const aClientOrderId = (): string => `r${(orders += 1).toString(26).padStart(25, '0').replaceAll(/\d/gu, (digit) => 'qrstuvwxyz'[Number(digit)]!)}`;

/** `prepared`, worth 600. */
export async function anAttempt(
  rows: Rows, intent: IntentRow,
  change: {
    clientOrderId?: string; attemptNo?: number; terms?: OrderTerms; notional?: DecimalText; state?: string; createdMs?: number; venueOrderId?: string | null; settledMs?: number | null;
  } = {},
): Promise<string> {
  const attempt = { clientOrderId: aClientOrderId(), attemptNo: 1, terms: { kind: 'market-sell', quantity: '12000' } as OrderTerms, notional: '600', createdMs: NOW_MS, ...change };
  await rows.query(
    `INSERT INTO order_attempt (client_order_id, intent_id, account_id, portfolio_id, attempt_no, terms, notional, facts, sign_ms, receive_window_ms, state,
       venue_order_id, created_ms, settled_ms, changed_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7, '{}', $8, 5000, $9, $10, $8, $11, $8)`,
    [
      attempt.clientOrderId, intent.id, intent.plan.portfolio.account.id, intent.plan.portfolio.id, attempt.attemptNo, JSON.stringify(attempt.terms), attempt.notional,
      attempt.createdMs, attempt.state ?? 'prepared', attempt.venueOrderId ?? null, attempt.settledMs ?? null,
    ],
  );
  return attempt.clientOrderId;
}

/** HANAUSDT: whole units in steps of 1, prices in steps of 0.0001, from 5 USDT. */
export const aMarketRules = (base: string, change: Partial<MarketRules> = {}): MarketRules => ({
  marketId: `${base}USDT`, base, quote: 'USDT', status: 'online', isApiTradingAllowed: true, sides: 'both', orderTypes: ['MARKET', 'LIMIT', 'IMMEDIATE_OR_CANCEL'],
  quantityStep: '1', priceTick: '0.0001', minQuantity: '0', minNotional: '5', maxNotional: null, minMarketNotional: '5', maxMarketNotional: null,
  makerFee: '0', takerFee: '0.0005', ...change,
});

export async function aMarket(rows: Rows, base: string, change: { venue?: string; rules?: Partial<MarketRules>; tradability?: Tradability; isListed?: boolean; seenMs?: number } = {}): Promise<MarketRules> {
  const rules = aMarketRules(base, change.rules);
  await rows.query(
    `INSERT INTO market (venue, market_id, base, quote, rules, tradability, is_listed, first_seen_ms, seen_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
     ON CONFLICT (venue, market_id) DO UPDATE SET rules = EXCLUDED.rules, tradability = EXCLUDED.tradability, is_listed = EXCLUDED.is_listed, seen_ms = EXCLUDED.seen_ms`,
    [
      change.venue ?? 'SIMULATOR', rules.marketId, rules.base, rules.quote, JSON.stringify(rules), JSON.stringify(change.tradability ?? { kind: 'tradable' }),
      change.isListed ?? true, change.seenMs ?? NOW_MS,
    ],
  );
  return rules;
}

/** Booked as a deposit from outside; `portfolioId` null: unassigned. */
export async function aHolding(rows: Rows, account: AccountRow, portfolioId: string | null, asset: string, quantity: DecimalText): Promise<void> {
  await rows.query(
    `WITH booked AS (
       INSERT INTO ledger_transaction (key, account_id, kind, occurred_ms, booked_ms) VALUES ($1, $2, 'external-deposit', $3, $3) RETURNING id)
     INSERT INTO ledger_entry (transaction_id, holder, portfolio_id, asset, quantity)
     SELECT id, CASE WHEN $4::text IS NULL THEN 'unassigned' ELSE 'portfolio' END, $4, $5, $6::numeric FROM booked
     UNION ALL SELECT id, 'external', NULL, $5, -$6::numeric FROM booked`,
    [`deposit:${ulid()}`, account.id, NOW_MS, portfolioId, asset, quantity],
  );
}
