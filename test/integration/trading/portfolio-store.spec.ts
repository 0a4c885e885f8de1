import { ulid } from 'ulid';
import type { LedgerTransaction, Portfolio } from '#application';
import { createDataSource, PostgresAccountStore, PostgresPortfolioStore, runMigrations } from '#persistence';
import { createTestDatabase, portfolioStoreConformance, type PortfolioStoreSubject } from '#testing';

const START_MS = 1_767_225_600_000;
type Database = ReturnType<typeof createDataSource>;
type Booked = Pick<LedgerTransaction, 'kind' | 'flows'>;

/** A transaction of the books with both of its sides, so that it sums to zero. */
async function bookTransfer(dataSource: Database, accountId: string, kind: string, asset: string, sides: readonly (readonly [holder: string, portfolioId: string | null, quantity: string])[]): Promise<void> {
  await dataSource.query(
    `WITH booked AS (
       INSERT INTO ledger_transaction (key, account_id, kind, occurred_ms, booked_ms) VALUES ($1, $2, $3, ${START_MS}, ${START_MS}) RETURNING id)
     INSERT INTO ledger_entry (transaction_id, holder, portfolio_id, asset, quantity)
     SELECT id, holder, portfolio, $4, quantity FROM booked, unnest($5::text[], $6::text[], $7::numeric[]) AS side (holder, portfolio, quantity)`,
    [`test:${ulid()}`, accountId, kind, asset, sides.map(([holder]) => holder), sides.map(([, portfolioId]) => portfolioId), sides.map(([, , quantity]) => quantity)],
  );
}

const opposite = (quantity: string): string => (quantity.startsWith('-') ? quantity.slice(1) : `-${quantity}`);

async function openPlan(dataSource: Database, portfolioId: string): Promise<string> {
  const [evaluationId, planId] = [`ev_${ulid()}`, `pl_${ulid()}`];
  await dataSource.query(
    `INSERT INTO evaluation (id, portfolio_id, look_seq, first_ms, config_version, code_version, kind, reason, declined, input, input_sha256)
     VALUES ($1, $2, 1, ${START_MS}, 1, 'test', 'plan', 'upside', '[]', '{}', repeat('0', 64))`,
    [evaluationId, portfolioId],
  );
  await dataSource.query(
    `INSERT INTO rebalance_plan (id, portfolio_id, account_id, mode, venue, evaluation_id, config_version, decision, state, created_ms, deadline_ms, next_action_ms, changed_ms)
     SELECT $1, id, account_id, mode, venue, $2, 1, '{"kind":"initial"}', 'draft', ${START_MS}, ${START_MS}, ${START_MS}, ${START_MS} FROM portfolio WHERE id = $3`,
    [planId, evaluationId, portfolioId],
  );
  return planId;
}

async function makeSubject(): Promise<PortfolioStoreSubject> {
  const database = await createTestDatabase();
  const dataSource = await createDataSource({ url: database.url, poolSize: 6, applicationName: 'portfolio-store-spec' }).initialize();
  await runMigrations(dataSource);
  const rows = <Row>(text: string, parameters: unknown[]): Promise<Row[]> => dataSource.query<Row[]>(text, parameters);
  const accounts = new PostgresAccountStore(dataSource, { queue: 'account-reconcile', priority: 1 });
  return {
    store: new PostgresPortfolioStore(dataSource),
    accounts,
    liveAccount: async (unassigned) => {
      const { id } = await accounts.register({ id: `live-${ulid()}`, mode: 'live', venue: 'MEXC', keyFingerprint: null, canWithdraw: null }, START_MS);
      await bookTransfer(dataSource, id, 'external-deposit', 'USDT', [['external', null, opposite(unassigned)], ['unassigned', null, unassigned]]);
      return id;
    },
    openPlan: (portfolioId) => openPlan(dataSource, portfolioId),
    book: ({ id, accountId }: Portfolio, asset, quantity) =>
      bookTransfer(dataSource, accountId, 'fill', asset, [['market', null, opposite(quantity)], ['portfolio', id, quantity]]),
    addEquity: async (portfolioId, points) => {
      for (const { atMs, equity, cash, flows, returnIndex, peakIndex } of points) {
        await rows(
          `INSERT INTO equity_point (portfolio_id, at_ms, equity, cash, flows, flows_total, return_index, peak_index, config_version) VALUES ($1, $2, $3, $4, $5, 0, $6, $7, 1)`,
          [portfolioId, atMs, equity, cash, flows, returnIndex, peakIndex],
        );
      }
    },
    watched: (portfolioId) => rows(`SELECT market_id AS "marketId", shard::int AS shard FROM price_watch WHERE venue = 'MEXC' AND watcher = $1 ORDER BY 1`, [portfolioId]),
    look: async (portfolioId) => {
      const [look] = await rows<{ lookSeq: number; requestedMs: number | null }>(
        `SELECT look_seq::int AS "lookSeq", look_requested_ms::float8 AS "requestedMs" FROM portfolio_look WHERE portfolio_id = $1`, [portfolioId],
      );
      return look!;
    },
    paperBalance: async (accountId, asset) => {
      const [balance] = await rows<{ free: string }>('SELECT trim_scale(free)::text AS free FROM paper_balance WHERE (account_id, asset) = ($1, $2)', [accountId, asset]);
      return balance?.free ?? null;
    },
    booked: async (portfolioId) => {
      const booked = await rows<{ kind: Booked['kind']; flows: Booked['flows'] | null }>(
        `SELECT kind, flows FROM ledger_transaction WHERE kind <> 'fill' AND id IN (SELECT transaction_id FROM ledger_entry WHERE portfolio_id = $1) ORDER BY id`, [portfolioId],
      );
      return booked.map(({ kind, flows }) => ({ kind, flows: flows ?? undefined }));
    },
    close: async () => {
      await dataSource.destroy();
      await database.drop();
    },
  };
}

portfolioStoreConformance('PostgresPortfolioStore', makeSubject);
