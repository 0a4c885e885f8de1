import type { BookingRequest, BookingResult, FillBooking } from '#application';
import type { Sql } from '../session/sql.js';
import { accountLock } from './account-lock.js';

/** Fills, ledger, holdings, and what the intents have filled; those that are known already change nothing. */
export async function bookFills(sql: Sql, request: BookingRequest): Promise<BookingResult> {
  const { accountId, marketId, nowMs, fills, watermarkMs, sweptFromMs } = request;
  const stray = fills.find(({ fill }) => fill.marketId !== marketId);
  if (stray !== undefined) throw new RangeError(`fill ${stray.fill.venueTradeId} is of ${stray.fill.marketId}, and ${marketId} was to be booked`);
  await sql.rows(`SELECT ${accountLock('$1::text')}`, [accountId]);
  const [booked] = await sql.rows<{ readonly count: number; readonly intents: readonly string[] }>(BOOK, [
    accountId, marketId, nowMs, JSON.stringify(fills.map(toRow)), watermarkMs ?? null, sweptFromMs ?? null,
  ]);
  const { count, intents } = booked!;
  return { booked: count, overfilled: intents.length === 0 ? [] : await overfilledOf(sql, intents) };
}

const toRow = ({ fill, clientOrderId, portfolioId, quote, postings }: FillBooking) => ({
  ...fill, clientOrderId, portfolioId, quote,
  postings: postings.map(({ holder, asset, quantity }) => ({
    holder: holder.kind, portfolioId: holder.kind === 'portfolio' ? holder.portfolioId : null, asset, quantity,
  })),
});

const GIVEN = `
  SELECT DISTINCT ON ("venueTradeId") * FROM jsonb_to_recordset($4::jsonb) AS fill ("venueTradeId" text, "venueOrderId" text, "clientOrderId" text, "portfolioId" text,
    side text, price numeric, quantity numeric, notional numeric, fee numeric, "feeAsset" text, "isMaker" boolean, "filledMs" bigint, quote text, postings jsonb)`;

/** An order that ended without a fill, and has one after all, has ended partly filled. */
const ADD_TO_INTENTS = `
  UPDATE order_intent SET filled_quantity = filled_quantity + new.quantity, filled_notional = filled_notional + new.notional, fee_in_quote = fee_in_quote + new.fee,
    state = CASE state WHEN 'canceled' THEN 'partial' ELSE state END, changed_ms = $3
  FROM (
    SELECT attempt.intent_id, sum(booked.quantity) AS quantity, sum(booked.notional) AS notional,
      coalesce(sum(booked.fee) FILTER (WHERE booked.fee_asset = given.quote), 0) AS fee
    FROM booked JOIN given ON given."venueTradeId" = booked.venue_trade_id JOIN order_attempt attempt ON attempt.client_order_id = booked.client_order_id
    GROUP BY attempt.intent_id ORDER BY attempt.intent_id) AS new
  WHERE order_intent.id = new.intent_id RETURNING order_intent.id`;

const BOOK = `
  WITH given AS (${GIVEN}),
  booked AS (
    INSERT INTO fill (account_id, market_id, venue_trade_id, venue_order_id, client_order_id, portfolio_id, side, price, quantity, notional, fee, fee_asset,
      is_maker, filled_ms, booked_ms)
    SELECT $1, $2, "venueTradeId", "venueOrderId", "clientOrderId", "portfolioId", side, price, quantity, notional, fee, "feeAsset", "isMaker", "filledMs", $3
    FROM given ON CONFLICT (account_id, market_id, venue_trade_id) DO NOTHING RETURNING *),
  posted AS (
    INSERT INTO ledger_transaction (key, account_id, kind, occurred_ms, booked_ms)
    SELECT 'fill:' || account_id || ':' || market_id || ':' || venue_trade_id, account_id, CASE WHEN client_order_id IS NULL THEN 'external-fill' ELSE 'fill' END,
      filled_ms, $3
    FROM booked ORDER BY filled_ms, venue_trade_id RETURNING id, key),
  entered AS (
    INSERT INTO ledger_entry (transaction_id, holder, portfolio_id, asset, quantity)
    SELECT posted.id, posting.holder, posting."portfolioId", posting.asset, posting.quantity
    FROM posted JOIN given ON posted.key = 'fill:' || $1 || ':' || $2 || ':' || given."venueTradeId"
    CROSS JOIN jsonb_to_recordset(given.postings) AS posting (holder text, "portfolioId" text, asset text, quantity numeric)),
  added AS (${ADD_TO_INTENTS}),
  swept AS (
    INSERT INTO sweep_watermark (account_id, market_id, watermark_ms, begin_ms) SELECT $1, $2, $5::bigint, coalesce($6::bigint, $5::bigint) WHERE $5::bigint IS NOT NULL
    ON CONFLICT (account_id, market_id) DO UPDATE SET watermark_ms = EXCLUDED.watermark_ms WHERE sweep_watermark.watermark_ms < EXCLUDED.watermark_ms)
  SELECT (SELECT count(*)::int FROM booked) AS count, ARRAY(SELECT id FROM added ORDER BY id) AS intents`;

/**
 * At most one attempt of an intent comes to be an order, so that all of its fills together stay within the one that was
 * filled. What a purchase by value costs may be more by the rounding of its fills' prices: a tick for each unit.
 */
async function overfilledOf(sql: Sql, intentIds: readonly string[]): Promise<string[]> {
  const rows = await sql.rows<{ readonly id: string }>(
    `SELECT intent.id FROM order_intent intent
     JOIN rebalance_plan plan ON plan.id = intent.plan_id
     LEFT JOIN market ON market.venue = plan.venue AND market.market_id = intent.market_id
     CROSS JOIN LATERAL (
       SELECT sum(fill.quantity) AS quantity, sum(fill.notional) AS notional, max((attempt.terms ->> 'quantity')::numeric) AS ordered_quantity,
         max((attempt.terms ->> 'quoteValue')::numeric) AS ordered_value
       FROM order_attempt attempt JOIN fill ON fill.client_order_id = attempt.client_order_id WHERE attempt.intent_id = intent.id) AS filled
     WHERE intent.id = ANY ($1::text[])
       AND (filled.quantity > filled.ordered_quantity
         OR filled.notional > filled.ordered_value + filled.quantity * coalesce((market.rules ->> 'priceTick')::numeric, 0))
     ORDER BY intent.id`,
    [intentIds],
  );
  return rows.map(({ id }) => id);
}
