import type { TradingDatabase } from '../../integration/trading/trading-rows.js';
import type { MemoryDatabase } from './memory-database.js';
import { compareTexts } from './records.js';

/** What no method of a store tells: a text for each row, the same on both sides. Rows that come to be in one statement are in no order. */
type Dump = Readonly<Record<string, readonly string[]>>;

const rowText = (...values: readonly unknown[]): string => JSON.stringify(values);

const OF_PORTFOLIO = '(SELECT id FROM portfolio WHERE account_id = ANY ($1))';

/** Columns in the order in which `dumpOfMemory` has them. */
const QUERIES: Readonly<Record<string, string>> = {
  plans: 'SELECT id, version, requeued_ms::float8, changed_ms::float8, changed_by FROM rebalance_plan WHERE account_id = ANY ($1)',
  intents: 'SELECT id, version, requeued_ms::float8, changed_ms::float8, changed_by FROM order_intent WHERE account_id = ANY ($1)',
  attempts: `SELECT client_order_id, version, changed_ms::float8, changed_by, facts FROM order_attempt WHERE account_id = ANY ($1)`,
  portfolios: 'SELECT id, version, is_allocated, changed_ms::float8 FROM portfolio WHERE account_id = ANY ($1)',
  looks: `SELECT portfolio_id, look_seq::float8, look_requested_ms::float8 FROM portfolio_look WHERE portfolio_id IN ${OF_PORTFOLIO}`,
  quarantines: 'SELECT account_id, market_id, until_ms::float8, reason FROM market_quarantine WHERE account_id = ANY ($1)',
  watermarks: 'SELECT account_id, market_id, watermark_ms::float8, begin_ms::float8 FROM sweep_watermark WHERE account_id = ANY ($1)',
  fills: `SELECT account_id, market_id, venue_trade_id, venue_order_id, client_order_id, portfolio_id, side, trim_scale(price)::text, trim_scale(quantity)::text AS quantity,
    trim_scale(notional)::text AS notional, trim_scale(fee)::text AS fee, fee_asset, is_maker, filled_ms::float8, booked_ms::float8 FROM fill WHERE account_id = ANY ($1)`,
  holdings: 'SELECT account_id, portfolio_id, asset, trim_scale(quantity)::text, last_fill_ms::float8 FROM holding WHERE account_id = ANY ($1)',
  flows: `SELECT portfolio_id, total FROM portfolio_flow WHERE portfolio_id IN ${OF_PORTFOLIO}`,
};

const EVENTS = `
  SELECT entity, entity_id, from_state, to_state, at_ms::float8, actor, cause FROM state_event
  WHERE entity_id IN (SELECT id FROM rebalance_plan WHERE account_id = ANY ($1) UNION ALL SELECT id FROM order_intent WHERE account_id = ANY ($1)
    UNION ALL SELECT client_order_id FROM order_attempt WHERE account_id = ANY ($1) UNION ALL SELECT id FROM portfolio WHERE account_id = ANY ($1))
  ORDER BY entity, entity_id, id`;

export async function dumpOfPostgres(rows: TradingDatabase, accountIds: readonly string[]): Promise<Dump> {
  const read = async (sql: string): Promise<string[]> => (await rows.query<object>(sql, [accountIds])).map((row) => rowText(...Object.values(row)));
  const dump: Record<string, readonly string[]> = { events: await read(EVENTS) };
  for (const [name, sql] of Object.entries(QUERIES)) dump[name] = (await read(sql)).toSorted(compareTexts);
  return dump;
}

const textsOf = <Row extends object>(rows: Iterable<Row>, valuesOf: (row: Row) => readonly unknown[]): string[] =>
  Array.from(rows, (row) => rowText(...valuesOf(row))).toSorted(compareTexts);

export function dumpOfMemory(database: MemoryDatabase): Dump {
  const { plans, intents, attempts, portfolios, looks, quarantines, watermarks, fills, holdings, flows } = database;
  return {
    events: eventsOf(database),
    plans: textsOf(plans.all(), ({ id, version, requeuedMs, changedMs, changedBy }) => [id, version, requeuedMs, changedMs, changedBy]),
    intents: textsOf(intents.all(), ({ id, version, requeuedMs, changedMs, changedBy }) => [id, version, requeuedMs, changedMs, changedBy]),
    attempts: textsOf(attempts.all(), ({ clientOrderId, version, changedMs, changedBy, facts }) => [clientOrderId, version, changedMs, changedBy, facts]),
    portfolios: textsOf(portfolios.all(), ({ id, version, isAllocated, changedMs }) => [id, version, isAllocated, changedMs]),
    looks: textsOf(looks.all(), ({ portfolioId, lookSeq, lookRequestedMs }) => [portfolioId, lookSeq, lookRequestedMs]),
    quarantines: textsOf(quarantines.all(), ({ accountId, marketId, untilMs, reason }) => [accountId, marketId, untilMs, reason]),
    watermarks: textsOf(watermarks.all(), ({ accountId, marketId, watermarkMs, beginMs }) => [accountId, marketId, watermarkMs, beginMs]),
    fills: textsOf(fills.all(), ({ accountId, marketId, fill, clientOrderId, portfolioId, bookedMs }) => [
      accountId, marketId, fill.venueTradeId, fill.venueOrderId, clientOrderId, portfolioId, fill.side, fill.price, fill.quantity, fill.notional, fill.fee, fill.feeAsset, fill.isMaker,
      fill.filledMs, bookedMs,
    ]),
    holdings: textsOf(holdings.all(), ({ accountId, portfolioId, asset, quantity, lastFillMs }) => [accountId, portfolioId, asset, quantity, lastFillMs]),
    flows: textsOf(flows.all(), ({ portfolioId, total }) => [portfolioId, total]),
  };
}

/** Of each row in the order in which they happened. */
function eventsOf({ stateEvents }: MemoryDatabase): string[] {
  const events = [...stateEvents.all()].toSorted((one, other) => compareTexts(one.entity, other.entity) || compareTexts(one.entityId, other.entityId) || one.id - other.id);
  return events.map(({ entity, entityId, from, to, atMs, actor, cause }) => rowText(entity, entityId, from, to, atMs, actor, cause));
}
