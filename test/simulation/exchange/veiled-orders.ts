import { Decimal } from 'decimal.js';
import type { Accepted } from '../../../apps/exchange-simulator/src/dialect/call.js';
import type { FaultEffect } from '../../../apps/exchange-simulator/src/faults/fault-effect.js';
import { errorAnswer, jsonAnswer, type Answer } from '../../../apps/exchange-simulator/src/rest/answer.js';
import type { RestRequest } from '../../../apps/exchange-simulator/src/rest/rest-request.js';

/**
 * What look-ups do not tell yet of an order, although balances do. `fills`: of them the first `told` alone. `order`: the order is
 * not found, and who asks for its fills is answered with an error until `fillsFromMs`: fills that were merely left out for
 * longer than sweeps overlap would never be asked for again.
 */
export type Veil =
  | { readonly kind: 'fills'; readonly untilMs: number; readonly told: number }
  | { readonly kind: 'order'; readonly untilMs: number; readonly fillsFromMs: number };

interface Veiled {
  readonly veil: Veil;
  readonly accepted: Accepted;
}

type Row = Readonly<Record<string, unknown>>;

const ORDER = '/api/v3/order';
const ORDERS = '/api/v3/allOrders';
const FILLS = '/api/v3/myTrades';

/** Orders of which an account's look-ups tell less than there is, each for a time of its own; it is the same in all of them. */
export class VeiledOrders {
  private readonly veiled = new Map<string, Veiled>();

  private readonly ever = new Set<string>();

  constructor(private readonly nowMs: () => number) {}

  /** Whether less was told of it than there was, at any time. */
  hasHidden(orderId: string): boolean {
    return this.ever.has(orderId);
  }

  hide(accepted: Accepted, veil: Veil): void {
    this.ever.add(accepted.order.orderId);
    this.veiled.set(accepted.order.orderId, { veil, accepted });
  }

  /** From now on everything is told. */
  lift(): void {
    this.veiled.clear();
  }

  effectsOn({ method, path }: RestRequest): readonly FaultEffect[] {
    if (this.veiled.size === 0 || method !== 'GET' || ![ORDER, ORDERS, FILLS].includes(path)) return [];
    return [{ at: 'reply', outcome: (answer) => ({ kind: 'answer', answer: this.changed(path, answer) }) }];
  }

  private changed(path: string, answer: Answer): Answer {
    this.forget();
    if (answer.status !== 200 || this.veiled.size === 0) return answer;
    const value = JSON.parse(answer.body) as Row | readonly Row[];
    if (path === FILLS) return this.changedFills(answer, value as readonly Row[]);
    const told = (Array.isArray(value) ? (value as readonly Row[]) : [value as Row]).flatMap((row) => this.toldOf(row));
    if (path === ORDERS) return jsonAnswer(told);
    return told[0] === undefined ? errorAnswer(-2013, 'Order does not exist.') : jsonAnswer(told[0]);
  }

  private forget(): void {
    for (const [orderId, { veil }] of this.veiled) if (veil.untilMs <= this.nowMs()) this.veiled.delete(orderId);
  }

  private changedFills(answer: Answer, rows: readonly Row[]): Answer {
    const veils = rows.map(({ orderId }) => this.veiled.get(String(orderId)));
    if (veils.some((veiled) => veiled?.veil.kind === 'order' && veiled.veil.fillsFromMs > this.nowMs())) return errorAnswer(503, 'Service unavailable', 503);
    const told = rows.filter(({ id }, index) => veils[index]?.veil.kind !== 'fills' || toldFills(veils[index]).some(({ tradeId }) => tradeId === id));
    return told.length === rows.length ? answer : jsonAnswer(told);
  }

  private toldOf(row: Row): readonly Row[] {
    const veiled = this.veiled.get(String(row['orderId']));
    if (veiled === undefined) return [row];
    if (veiled.veil.kind === 'order') return [];
    const fills = toldFills(veiled);
    return [{
      ...row, status: fills.length === 0 ? 'CANCELED' : 'PARTIALLY_CANCELED',
      executedQty: sumOf(fills.map(({ quantity }) => quantity)), cummulativeQuoteQty: sumOf(fills.map(({ quoteQuantity }) => quoteQuantity)),
    }];
  }
}

function toldFills({ veil, accepted }: Veiled): Accepted['fills'] {
  return veil.kind === 'order' ? accepted.fills : accepted.fills.slice(0, veil.told);
}

const sumOf = (amounts: readonly string[]): string => amounts.reduce((sum, amount) => sum.plus(amount), new Decimal(0)).toFixed();
