import type { IntentRecord } from '#application';
import type { PlanState } from '#domain';
import { createDataSource, PostgresEvaluationStore } from '#persistence';
import { anEvaluatedConfiguration, EVALUATED_MS, EVALUATION_JOBS, evaluationStoreConformance, type EvaluationStoreSubject, type PlanLeg } from '#testing';
import {
  aConfigurationVersion, aHolding, aMarket, anAttempt, anIntent, aPlan, aPortfolio, aTradingAccount, NOW_MS, openTradingDatabase, type AccountRow, type PortfolioRow, type TradingDatabase,
} from '../trading/trading-rows.js';

type IntentFields = Pick<IntentRecord, 'leg' | 'base' | 'side' | 'quantity' | 'quoteValue' | 'refPrice' | 'refPriceMs' | 'state' | 'reason' | 'finishedMs'>;
type Made = Pick<EvaluationStoreSubject, 'account' | 'portfolio' | 'changeConfiguration' | 'market' | 'quarantine' | 'deposit' | 'flow' | 'plan' | 'addEquity' | 'engage' | 'requestLook' | 'overtake'>;

/** Remembered, so that what comes later can lean on it. */
interface Known {
  readonly accounts: Map<string, AccountRow>;
  readonly portfolios: Map<string, PortfolioRow>;
}

function made(database: TradingDatabase, { accounts, portfolios }: Known): Made {
  let flows = 0;
  return {
    account: async (change) => {
      const account = await aTradingAccount(database, change);
      accounts.set(account.id, account);
      return account.id;
    },
    portfolio: async (accountId, change) => {
      const portfolio = await aPortfolio(database, accounts.get(accountId)!, { configuration: anEvaluatedConfiguration(), ...change });
      portfolios.set(portfolio.id, portfolio);
      return portfolio.id;
    },
    changeConfiguration: (portfolioId, version, configuration) => aConfigurationVersion(database, portfolios.get(portfolioId)!, version, configuration),
    market: (base) => aMarket(database, base),
    quarantine: async (accountId, marketId, untilMs) => {
      await database.query(`INSERT INTO market_quarantine (account_id, market_id, until_ms, reason) VALUES ($1, $2, $3, 'a test')`, [accountId, marketId, untilMs]);
    },
    deposit: (portfolioId, asset, quantity) => aHolding(database, portfolios.get(portfolioId)!.account, portfolioId, asset, quantity),
    flow: async (portfolioId, value) => {
      flows += 1;
      await database.query(
        `INSERT INTO ledger_transaction (key, account_id, kind, occurred_ms, booked_ms, flows) VALUES ($1, $2, 'allocation', 1, 1, $3)`,
        [`flow-${flows}`, portfolios.get(portfolioId)!.account.id, JSON.stringify([{ portfolioId, value }])],
      );
    },
    plan: (portfolioId, change, legs = []) => planOf(database, portfolios.get(portfolioId)!, change, legs),
    addEquity: async (portfolioId, atMs, { equity, cash, flows: flowed, flowsTotal, returnIndex, peakIndex, configVersion }) => {
      await database.query(
        'INSERT INTO equity_point (portfolio_id, at_ms, equity, cash, flows, flows_total, return_index, peak_index, config_version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
        [portfolioId, atMs, equity, cash, flowed, flowsTotal, returnIndex, peakIndex, configVersion],
      );
    },
    engage: async (scope, state) => {
      await database.query(`INSERT INTO kill_switch (scope, version, state, reason, set_by, set_ms, is_current) VALUES ($1, 1, $2, 'a test', 'a test', $3, true)`, [scope, state, NOW_MS]);
    },
    requestLook: async (portfolioId, atMs) => void (await database.query('UPDATE portfolio_look SET look_requested_ms = $2 WHERE portfolio_id = $1', [portfolioId, atMs])),
    overtake: async (portfolioId, atMs) => {
      await database.query('UPDATE portfolio_look SET look_seq = look_seq + 1, look_requested_ms = $2 WHERE portfolio_id = $1', [portfolioId, atMs]);
    },
  };
}

async function planOf(database: TradingDatabase, portfolio: PortfolioRow, change: { readonly state?: PlanState; readonly createdMs?: number }, legs: readonly PlanLeg[]): Promise<string> {
  const plan = await aPlan(database, portfolio, change);
  for (const [leg, { state, filledQuantity, attempt }] of legs.entries()) {
    const intent = await anIntent(database, plan, { leg, state });
    if (filledQuantity !== undefined) await database.query('UPDATE order_intent SET filled_quantity = $2 WHERE id = $1', [intent.id, filledQuantity]);
    if (attempt !== undefined) await anAttempt(database, intent, { state: attempt });
  }
  return plan.id;
}

function seen(database: TradingDatabase): Pick<EvaluationStoreSubject, 'look' | 'equity' | 'plans' | 'intents' | 'jobs'> {
  const rows = <Row>(text: string, ...parameters: unknown[]): Promise<Row[]> => database.query<Row>(text, parameters);
  return {
    look: async (portfolioId) => {
      const [look] = await rows<Awaited<ReturnType<EvaluationStoreSubject['look']>>>(
        `SELECT look_seq::int AS "lookSeq", last_look_ms::float8 AS "lastLookMs", next_look_ms::float8 AS "nextLookMs", look_requested_ms::float8 AS "lookRequestedMs",
                evaluation_looks AS "evaluationLooks" FROM portfolio_look WHERE portfolio_id = $1`, portfolioId,
      );
      return look!;
    },
    equity: (portfolioId) => rows('SELECT at_ms::float8 AS "atMs", equity FROM equity_point WHERE portfolio_id = $1 ORDER BY at_ms', portfolioId),
    plans: (portfolioId) => rows(
      `SELECT id, portfolio_id AS "portfolioId", account_id AS "accountId", evaluation_id AS "evaluationId", config_version AS "configVersion", decision, state, version,
              end_reason AS "endReason", reason, created_ms::float8 AS "createdMs", deadline_ms::float8 AS "deadlineMs", started_ms::float8 AS "startedMs",
              finished_ms::float8 AS "finishedMs", next_action_ms::float8 AS "nextActionMs" FROM rebalance_plan WHERE portfolio_id = $1 ORDER BY created_ms`, portfolioId,
    ),
    intents: (planId) => rows<IntentFields>(
      `SELECT leg, base, side, trim_scale(quantity)::text AS quantity, trim_scale(quote_value)::text AS "quoteValue", ref_price AS "refPrice", ref_price_ms::float8 AS "refPriceMs",
              state, reason, finished_ms::float8 AS "finishedMs" FROM order_intent WHERE plan_id = $1 ORDER BY leg`, planId,
    ),
    jobs: () => rows('SELECT queue, job_id AS "jobId", payload, priority FROM outbox ORDER BY id'),
  };
}

async function makeSubject(): Promise<EvaluationStoreSubject> {
  expect(NOW_MS).toBe(EVALUATED_MS);
  const database = await openTradingDatabase();
  const known: Known = { accounts: new Map(), portfolios: new Map() };
  const others: ReturnType<typeof createDataSource>[] = [];
  return {
    store: new PostgresEvaluationStore(database.dataSource, EVALUATION_JOBS),
    otherStore: async () => {
      const other = await createDataSource({ url: database.url, poolSize: 2, applicationName: 'other' }).initialize();
      others.push(other);
      return new PostgresEvaluationStore(other, EVALUATION_JOBS);
    },
    ...made(database, known),
    ...seen(database),
    clear: async () => void (await database.query('TRUNCATE trading_account, market, kill_switch, outbox CASCADE')),
    close: async () => {
      for (const other of others) await other.destroy();
      await database.close();
    },
  };
}

evaluationStoreConformance('PostgresEvaluationStore', makeSubject);
