import type { OrderDraft, PlaceResult, SimulatedOrder } from '#exchange';
import { z } from 'zod';
import type { RestRequest } from '../rest/rest-request.js';
import { always, known, type Endpoint, type SignedCall } from './call.js';
import { DialectRefusal, missingParameter } from './dialect-refusal.js';
import { readBatch, readOrderDraft } from './order-drafts.js';
import { canceledWords, createdWords, fillWords, orderWords } from './order-words.js';
import { readParameters, rowLimit, symbolText, timeText } from './parameters.js';

const DAY_MS = 86_400_000;
const MOST_CANCEL_SYMBOLS = 5;

/** Orders and fills of the account that signs. */
export const TRADING_ENDPOINTS: readonly Endpoint[] = [
  { method: 'POST', path: '/api/v3/order', access: 'signed', weight: always(1), orders: () => 1, handle: createOrder },
  { method: 'POST', path: '/api/v3/order/test', access: 'signed', weight: always(1), handle: testOrder },
  { method: 'POST', path: '/api/v3/batchOrders', access: 'signed', weight: always(1), orders: ordersOfBatch, handle: createBatch },
  { method: 'GET', path: '/api/v3/order', access: 'signed', weight: always(2), handle: findOrder },
  { method: 'DELETE', path: '/api/v3/order', access: 'signed', weight: always(1), handle: cancelOrder },
  { method: 'GET', path: '/api/v3/openOrders', access: 'signed', weight: always(3), handle: openOrders },
  { method: 'DELETE', path: '/api/v3/openOrders', access: 'signed', weight: always(1), handle: cancelOpenOrders },
  { method: 'DELETE', path: '/api/v3/order/all', access: 'signed', weight: always(1), handle: cancelEverything },
  { method: 'GET', path: '/api/v3/allOrders', access: 'signed', weight: always(10), handle: allOrders },
  { method: 'GET', path: '/api/v3/myTrades', access: 'signed', weight: always(10), handle: myTrades },
];

function createOrder(call: SignedCall): unknown {
  return createdWords(place(call, readOrderDraft(call.request, call.account.id)));
}

function place({ venue, nowMs, onAccepted }: SignedCall, draft: OrderDraft): SimulatedOrder {
  const result: PlaceResult = venue.place(draft, nowMs);
  if (result.kind === 'rejected') throw new DialectRefusal(result.rejection.code, result.rejection.message);
  onAccepted({ order: result.order, fills: result.fills });
  return result.order;
}

function testOrder({ request, venue, account, nowMs }: SignedCall): unknown {
  const rejection = venue.test(readOrderDraft(request, account.id), nowMs);
  if (rejection !== null) throw new DialectRefusal(rejection.code, rejection.message);
  return {};
}

/** A batch that is no batch is one order too many as well. */
function ordersOfBatch(request: RestRequest): number {
  return Math.max(1, (request.parameters.get('batchOrders') ?? '').split('"symbol"').length - 1);
}

/** One bad order does not hold up the others. */
function createBatch(call: SignedCall): unknown {
  return readBatch(call.request).map((order) => {
    try {
      return createdWords(place(call, readOrderDraft({ ...call.request, parameters: new Map(Object.entries(order)) }, call.account.id)));
    } catch (error) {
      if (!(error instanceof DialectRefusal)) throw error;
      return { newClientOrderId: order['newClientOrderId'] ?? null, msg: error.message, code: error.code };
    }
  });
}

const OptionalSymbol = z.object({ symbol: symbolText.optional() });
const SymbolList = z.object({ symbol: z.string().max(400) });
const OrderKey = z.object({ symbol: symbolText, orderId: z.string().max(64).optional(), origClientOrderId: z.string().max(64).optional() });

function keyOf(request: RestRequest): { readonly marketId: string; readonly by: { readonly orderId: string } | { readonly clientOrderId: string } } {
  const { symbol, orderId, origClientOrderId } = readParameters(OrderKey, request);
  if (orderId !== undefined) return { marketId: symbol, by: { orderId } };
  if (origClientOrderId !== undefined) return { marketId: symbol, by: { clientOrderId: origClientOrderId } };
  throw new DialectRefusal(700004, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null");
}

function findOrder(call: SignedCall): unknown {
  const { request, venue, account } = call;
  const { marketId, by } = keyOf(request);
  venue.advance(call.nowMs);
  const order = venue.findOrder(account.id, marketId, by);
  if (order === null || !isVisible(call, order.createdMs)) throw new DialectRefusal(-2013, 'Order does not exist.');
  return orderWords(order);
}

function isVisible({ lookup, nowMs }: SignedCall, sinceMs: number): boolean {
  return lookup.lagMs === 0 || nowMs - sinceMs >= lookup.lagMs;
}

function cancelOrder({ request, venue, account, nowMs }: SignedCall): unknown {
  const { marketId, by } = keyOf(request);
  const canceled = venue.cancel(account.id, marketId, by, nowMs);
  if (canceled === null) throw new DialectRefusal(-2011, 'Unknown order sent.');
  return canceledWords(canceled);
}

function openOrders(call: SignedCall): unknown {
  const { symbol = null } = readParameters(OptionalSymbol, call.request);
  call.venue.advance(call.nowMs);
  return call.venue.openOrders(call.account.id, symbol).filter(({ createdMs }) => isVisible(call, createdMs)).map(orderWords);
}

function cancelOpenOrders(call: SignedCall): unknown {
  const { symbol } = readParameters(SymbolList, call.request);
  const symbols = symbol.split(',');
  if (symbols.length > MOST_CANCEL_SYMBOLS) throw missingParameter('symbol');
  return symbols.flatMap((marketId) => cancelAll(call, marketId));
}

function cancelAll({ venue, account, nowMs }: SignedCall, marketId: string | null): readonly unknown[] {
  venue.advance(nowMs);
  return venue.openOrders(account.id, marketId).flatMap((order) => {
    const canceled = venue.cancel(account.id, order.marketId, { orderId: order.orderId }, nowMs);
    return canceled === null ? [] : [canceledWords(canceled)];
  });
}

function cancelEverything(call: SignedCall): unknown {
  cancelAll(call, null);
  return { code: 200, msg: 'success', timestamp: call.serverMs };
}

const rangeQuery = (usual: number, most: number) =>
  z.object({ symbol: symbolText, startTime: timeText.optional(), endTime: timeText.optional(), limit: rowLimit(usual, most) });
const OrdersQuery = rangeQuery(500, 1_000);
const FillsQuery = rangeQuery(100, 100).extend({ orderId: z.string().max(64).optional() });

interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Rows older than the venue looks back are not there, whatever is asked for, and it does not say so. */
function windowOf({ startTime, endTime }: { readonly startTime?: number | undefined; readonly endTime?: number | undefined }, nowMs: number, usualMs: number, mostMs: number): Window {
  const toMs = endTime ?? nowMs;
  if (startTime !== undefined && startTime > toMs) throw new DialectRefusal(-1128, 'Combination of optional parameters invalid.');
  return { fromMs: Math.max(startTime ?? toMs - usualMs, nowMs - mostMs), toMs };
}

/** Newest first, of the last 24 hours unless told otherwise, of the last 7 days at most. */
function allOrders(call: SignedCall): unknown {
  const query = readParameters(OrdersQuery, call.request);
  const { fromMs, toMs } = windowOf(query, call.nowMs, DAY_MS, 7 * DAY_MS);
  call.venue.advance(call.nowMs);
  knownMarket(call, query.symbol);
  const orders = call.venue.orders(call.account.id, query.symbol, fromMs, visibleTo(call, toMs), Math.min(query.limit, call.lookup.mostRows));
  return orders.map(orderWords);
}

/** Newest first, of the last 30 days, a hundred rows at most. */
function myTrades(call: SignedCall): unknown {
  const query = readParameters(FillsQuery, call.request);
  const { fromMs, toMs } = windowOf(query, call.nowMs, 30 * DAY_MS, 30 * DAY_MS);
  call.venue.advance(call.nowMs);
  knownMarket(call, query.symbol);
  const fills = call.venue.fills(call.account.id, query.symbol, fromMs, visibleTo(call, toMs), Math.min(query.limit, call.lookup.mostRows), query.orderId);
  return fills.map((fill) => fillWords(fill, call.lookup.hidesClientOrderIds));
}

function visibleTo({ lookup, nowMs }: SignedCall, toMs: number): number {
  return lookup.lagMs === 0 ? toMs : Math.min(toMs, nowMs - lookup.lagMs);
}

function knownMarket({ venue }: SignedCall, marketId: string): void {
  known(venue.markets().find(({ rules }) => rules.marketId === marketId));
}
