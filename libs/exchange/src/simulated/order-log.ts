import { mixText } from './chance.js';
import type { SimulatedFill, SimulatedOrder } from './venue-types.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** As long as MEXC answers about them. */
const ORDERS_KEPT_MS = 7 * DAY_MS;
const FILLS_KEPT_MS = 30 * DAY_MS;
const MOST_ORDERS = 50_000;
const MOST_FILLS = 100_000;
/** So many more are let in before old ones are dropped again. */
const SLACK = 1_000;

export interface LoggedOrder {
  order: SimulatedOrder;
  /** What of the account's is still locked for it, decimal text. */
  locked: string;
}

export interface OrderLogState {
  readonly orders: readonly LoggedOrder[];
  readonly fills: readonly SimulatedFill[];
  readonly counter: number;
}

/** Both ends included. */
export interface LogSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
}

export type OrderKey = { readonly orderId: string } | { readonly clientOrderId: string };

/** Orders and fills, oldest first, found by any of their ids; closed orders and fills are dropped when they are old. */
export class OrderLog {
  private orders: LoggedOrder[] = [];
  private fills: SimulatedFill[] = [];
  private readonly byId = new Map<string, LoggedOrder>();
  private readonly byClientId = new Map<string, LoggedOrder>();
  private readonly resting = new Map<string, LoggedOrder>();
  private counter: number;

  constructor(state?: OrderLogState) {
    this.counter = state?.counter ?? 0;
    this.fills = [...(state?.fills ?? [])];
    for (const { order, locked } of state?.orders ?? []) this.add({ order, locked });
  }

  /** Digits that no id of this venue had before. */
  nextDigits(nowMs: number): string {
    this.counter += 1;
    return `${Math.floor(nowMs)}${String(this.counter).padStart(8, '0')}`;
  }

  /** 32 hexadecimal digits, as MEXC's are: no number, and in no order. */
  nextTradeId(nowMs: number): string {
    const digits = this.nextDigits(nowMs);
    const scattered = [1, 2].map((part) => hex(mixText(part, digits), 8)).join('').slice(0, 14);
    return `${scattered}${hex(BigInt(digits), 18)}`;
  }

  add(logged: LoggedOrder): void {
    const { order } = logged;
    this.orders.push(logged);
    this.byId.set(order.orderId, logged);
    if (order.clientOrderId !== null) this.byClientId.set(clientKey(order, order.clientOrderId), logged);
    if (isOpen(order)) this.resting.set(order.orderId, logged);
  }

  update(logged: LoggedOrder, order: SimulatedOrder, locked: string): void {
    [logged.order, logged.locked] = [order, locked];
    if (!isOpen(order)) this.resting.delete(order.orderId);
  }

  addFill(fill: SimulatedFill): void {
    this.fills.push(fill);
  }

  /** The newest one where a client order id was used more than once. */
  find(accountId: string, marketId: string, by: OrderKey): LoggedOrder | null {
    const found = 'orderId' in by ? this.byId.get(by.orderId) : this.byClientId.get(clientKey({ accountId, marketId }, by.clientOrderId));
    return found !== undefined && found.order.accountId === accountId && found.order.marketId === marketId ? found : null;
  }

  /** Oldest first. */
  open(): readonly LoggedOrder[] {
    return [...this.resting.values()];
  }

  openCount(accountId: string): number {
    let count = 0;
    for (const { order } of this.resting.values()) if (order.accountId === accountId) count += 1;
    return count;
  }

  /** Newest first. */
  ordersOf(accountId: string, marketId: string, span: LogSpan): readonly SimulatedOrder[] {
    const found: SimulatedOrder[] = [];
    for (let i = this.orders.length - 1; i >= 0 && found.length < span.limit; i--) {
      const { order } = this.orders[i]!;
      if (order.createdMs < span.fromMs) break; // None before it is younger.
      if (order.accountId !== accountId || order.marketId !== marketId) continue;
      if (order.createdMs <= span.toMs) found.push(order);
    }
    return found;
  }

  /** Newest first. */
  fillsOf(accountId: string, marketId: string, span: LogSpan, orderId?: string): readonly SimulatedFill[] {
    const found: SimulatedFill[] = [];
    for (let i = this.fills.length - 1; i >= 0 && found.length < span.limit; i--) {
      const fill = this.fills[i]!;
      if (fill.timeMs < span.fromMs) break; // None before it is younger.
      if (fill.accountId !== accountId || fill.marketId !== marketId) continue;
      if (orderId !== undefined && fill.orderId !== orderId) continue;
      if (fill.timeMs <= span.toMs) found.push(fill);
    }
    return found;
  }

  /** Drops what is too old, looked for once an hour, or too much; open orders stay. */
  prune(sinceMs: number, nowMs: number): void {
    const isHourOver = Math.floor(nowMs / HOUR_MS) > Math.floor(sinceMs / HOUR_MS);
    if (isHourOver || this.orders.length > MOST_ORDERS + SLACK) this.pruneOrders(nowMs);
    if (isHourOver || this.fills.length > MOST_FILLS + SLACK) {
      this.fills = this.fills.slice(-MOST_FILLS).filter((fill) => fill.timeMs >= nowMs - FILLS_KEPT_MS);
    }
  }

  state(): OrderLogState {
    return { orders: this.orders.map(({ order, locked }) => ({ order, locked })), fills: [...this.fills], counter: this.counter };
  }

  private pruneOrders(nowMs: number): void {
    const surplus = this.orders.length - MOST_ORDERS;
    const isKept = ({ order }: LoggedOrder, i: number) => isOpen(order) || (i >= surplus && order.updatedMs >= nowMs - ORDERS_KEPT_MS);
    const dropped = this.orders.filter((logged, i) => !isKept(logged, i));
    if (dropped.length === 0) return;
    this.orders = this.orders.filter(isKept);
    for (const logged of dropped) this.forget(logged);
  }

  private forget(logged: LoggedOrder): void {
    const { order } = logged;
    this.byId.delete(order.orderId);
    if (order.clientOrderId === null) return;
    const key = clientKey(order, order.clientOrderId);
    if (this.byClientId.get(key) === logged) this.byClientId.delete(key);
  }
}

export function isOpen({ status }: SimulatedOrder): boolean {
  return status === 'NEW' || status === 'PARTIALLY_FILLED';
}

function hex(value: number | bigint, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function clientKey({ accountId, marketId }: { readonly accountId: string; readonly marketId: string }, clientOrderId: string): string {
  return JSON.stringify([accountId, marketId, clientOrderId]);
}
