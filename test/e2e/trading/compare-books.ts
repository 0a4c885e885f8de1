import { Decimal } from 'decimal.js';
import { z } from 'zod';
import type { SimulatorProcess } from '../simulator/simulator-process.js';

/** Anything that answers SQL with rows. */
export interface Queryable {
  query(text: string, parameters?: unknown[]): Promise<unknown>;
}

const Exact = Decimal.clone({ precision: 60 });

const Order = z.object({ orderId: z.string(), clientOrderId: z.string().nullable(), marketId: z.string(), executedQuantity: z.string() });
const Fill = z.object({
  tradeId: z.string(), orderId: z.string(), marketId: z.string(), side: z.enum(['BUY', 'SELL']), price: z.string(), quantity: z.string(),
  quoteQuantity: z.string(), commission: z.string(), commissionAsset: z.string(),
});
const Accepted = z.object({ orders: z.array(Order), fills: z.array(Fill) });
const Balances = z.object({ accounts: z.array(z.object({ balances: z.array(z.object({ asset: z.string(), free: z.string(), locked: z.string() })) })).length(1) });
const Counters = z.object({ postsByClientOrderId: z.record(z.string(), z.number()), acceptancesByClientOrderId: z.record(z.string(), z.number()) });

const BookedFill = z.object({
  market: z.string(), trade: z.string(), order: z.string(), side: z.string(), price: z.string(), quantity: z.string(), notional: z.string(), fee: z.string(), fee_asset: z.string(),
});
const Held = z.object({ asset: z.string(), quantity: z.string() });
const Attempt = z.object({ id: z.string(), intent: z.string(), venue_order: z.string().nullable() });

/** How the books of a live account and the simulator contradict each other, from what both say, by no code of the product's. */
export interface BookComparison {
  /** One line each; none: they agree. */
  readonly differences: readonly string[];
  readonly fills: number;
  readonly orders: number;
}

export async function compareBooks(database: Queryable, simulator: Pick<SimulatorProcess, 'control'>, accountId: string): Promise<BookComparison> {
  const accepted = Accepted.parse(await simulator.control('GET', '/accepted'));
  const balances = Balances.parse(await simulator.control('GET', '/balances')).accounts[0]!.balances;
  const counters = Counters.parse(await simulator.control('GET', '/counters'));
  const fills = BookedFill.array().parse(await database.query(FILLS, [accountId]));
  const attempts = Attempt.array().parse(await database.query(ATTEMPTS, [accountId]));
  const entries = Held.array().parse(await database.query(SUMMED_ENTRIES, [accountId]));
  const holdings = Held.array().parse(await database.query(HOLDINGS, [accountId]));
  const venueHeld = balances.map(({ asset, free, locked }) => ({ asset, quantity: new Exact(free).plus(locked).toFixed() }));
  const differences = [
    ...differing('fills', new Map(accepted.fills.map((fill) => [`${fill.marketId} ${fill.tradeId}`, venueLine(fill)])), new Map(fills.map((fill) => [`${fill.market} ${fill.trade}`, bookLine(fill)]))),
    ...differing('balances against the entries', quantities(venueHeld), quantities(entries)),
    ...differing('holdings against the entries', quantities(holdings), quantities(entries)),
    ...strangers(accepted.orders, attempts),
    ...doubled('POSTs', counters.postsByClientOrderId),
    ...doubled('acceptances', counters.acceptancesByClientOrderId),
    ...doubledIntents(accepted.orders, attempts),
  ];
  return { differences, fills: fills.length, orders: accepted.orders.length };
}

/** The same of a paper account, whose venue's side is in the database too. */
export async function comparePaperBooks(database: Queryable, accountId: string): Promise<readonly string[]> {
  const venueFills = BookedFill.array().parse(await database.query(PAPER_FILLS, [accountId]));
  const fills = BookedFill.array().parse(await database.query(FILLS, [accountId]));
  const venueHeld = Held.array().parse(await database.query(PAPER_BALANCES, [accountId]));
  const entries = Held.array().parse(await database.query(SUMMED_ENTRIES, [accountId]));
  const byTrade = (rows: typeof fills) => new Map(rows.map((fill) => [`${fill.market} ${fill.trade}`, bookLine(fill)]));
  return [
    ...differing(`fills of ${accountId}`, byTrade(venueFills), byTrade(fills)),
    ...differing(`balances of ${accountId} against the entries`, quantities(venueHeld), quantities(entries)),
  ];
}

/** What is left open when everything should have come to rest. */
export async function unsettled(database: Queryable): Promise<readonly string[]> {
  const rows = z.array(z.object({ line: z.string() })).parse(await database.query(UNSETTLED));
  return rows.map(({ line }) => line);
}

const FILLS = `SELECT market_id AS market, venue_trade_id AS trade, venue_order_id AS order, side, price::text, quantity::text, notional::text, fee::text, fee_asset FROM fill WHERE account_id = $1`;
const PAPER_FILLS = `SELECT market_id AS market, venue_trade_id AS trade, document ->> 'venueOrderId' AS order, document ->> 'side' AS side, document ->> 'price' AS price,
  document ->> 'quantity' AS quantity, document ->> 'notional' AS notional, document ->> 'fee' AS fee, document ->> 'feeAsset' AS fee_asset FROM paper_fill WHERE account_id = $1`;
const PAPER_BALANCES = 'SELECT asset, free::text AS quantity FROM paper_balance WHERE account_id = $1';
const ATTEMPTS = 'SELECT client_order_id AS id, intent_id AS intent, venue_order_id AS venue_order FROM order_attempt WHERE account_id = $1';
const SUMMED_ENTRIES = `SELECT asset, sum(quantity)::text AS quantity FROM ledger_entry JOIN ledger_transaction ON ledger_transaction.id = transaction_id
  WHERE account_id = $1 AND holder IN ('portfolio', 'unassigned') GROUP BY asset`;
const HOLDINGS = 'SELECT asset, sum(quantity)::text AS quantity FROM holding WHERE account_id = $1 GROUP BY asset';
const UNSETTLED = `SELECT 'plan ' || id || ' is ' || state || coalesce(': ' || reason, '') AS line FROM rebalance_plan WHERE state NOT IN ('done', 'aborted')
  UNION ALL SELECT 'intent ' || id || ' is ' || state FROM order_intent WHERE state IN ('sending', 'acked', 'unknown', 'needs-human')
  UNION ALL SELECT 'attempt ' || client_order_id || ' is ' || state FROM order_attempt WHERE state IN ('prepared', 'acked', 'unknown')`;

function venueLine(fill: z.infer<typeof Fill>): string {
  const { orderId, side, price, quantity, quoteQuantity, commission, commissionAsset } = fill;
  return [orderId, side.toLowerCase(), ...[price, quantity, quoteQuantity, commission].map(plain), plain(commission) === '0' ? '' : commissionAsset].join(' ');
}

function bookLine(fill: z.infer<typeof BookedFill>): string {
  const { order, side, price, quantity, notional, fee, fee_asset: feeAsset } = fill;
  return [order, side, ...[price, quantity, notional, fee].map(plain), plain(fee) === '0' ? '' : feeAsset].join(' ');
}

const plain = (text: string): string => new Exact(text).toFixed();

/** Without what is zero, which one side may leave out. */
function quantities(held: readonly z.infer<typeof Held>[]): ReadonlyMap<string, string> {
  return new Map(held.map(({ asset, quantity }) => [asset, plain(quantity)] as const).filter(([, quantity]) => quantity !== '0'));
}

function differing(what: string, venue: ReadonlyMap<string, string>, books: ReadonlyMap<string, string>): readonly string[] {
  const keys = [...new Set([...venue.keys(), ...books.keys()])].sort();
  return keys.filter((key) => venue.get(key) !== books.get(key)).map((key) => `${what}, ${key}: ${venue.get(key) ?? 'none'} / ${books.get(key) ?? 'none'}`);
}

function strangers(orders: readonly z.infer<typeof Order>[], attempts: readonly z.infer<typeof Attempt>[]): readonly string[] {
  const byId = new Map(attempts.map((attempt) => [attempt.id, attempt]));
  return orders.flatMap(({ orderId, clientOrderId }) => {
    const attempt = byId.get(clientOrderId ?? '');
    if (attempt === undefined) return [`the venue's order ${orderId} belongs to no attempt`];
    return attempt.venue_order === orderId ? [] : [`the venue's order ${orderId} is booked as ${attempt.venue_order ?? 'none'}`];
  });
}

function doubled(what: string, counts: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(counts).filter(([, count]) => count > 1).map(([id, count]) => `${what} of ${id}: ${count}`);
}

/** Of one intent several attempts may be sent, one after the other, while none was taken; two that were filled are one too many. */
function doubledIntents(orders: readonly z.infer<typeof Order>[], attempts: readonly z.infer<typeof Attempt>[]): readonly string[] {
  const intentOf = new Map(attempts.map(({ id, intent }) => [id, intent]));
  const taken = new Map<string, number>();
  for (const { clientOrderId } of orders) {
    const intent = intentOf.get(clientOrderId ?? '');
    if (intent !== undefined) taken.set(intent, (taken.get(intent) ?? 0) + 1);
  }
  return doubled('orders for the intent', Object.fromEntries(taken));
}
