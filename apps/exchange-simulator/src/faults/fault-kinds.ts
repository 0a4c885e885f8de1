import { z } from 'zod';
import { ANSWER_FAULTS } from './answer-faults.js';
import { DATA_FAULTS } from './data-faults.js';
import type { FaultKind } from './define-fault.js';
import { REFUSAL_FAULTS } from './refusal-faults.js';
import { TRANSPORT_FAULTS } from './transport-faults.js';

/** Every fault that can be switched on, with the rows of the fault matrix (reliability.md, section 3) that it plays. */
export const FAULT_KINDS: readonly FaultKind[] = [...TRANSPORT_FAULTS, ...ANSWER_FAULTS, ...REFUSAL_FAULTS, ...DATA_FAULTS];

/** Rows that are played by other switches of the control API, or by the venue itself. */
export const ROWS_PLAYED_OTHERWISE: Readonly<Record<number, string>> = {
  47: 'PUT /rate-limits: limits that are soon reached, and the ban of who ignores them',
  50: 'PUT /clock: the shift of the server',
  56: 'an IMMEDIATE_OR_CANCEL order larger than the book within its price ends PARTIALLY_CANCELED',
  57: 'PATCH /markets/:id: minimum, maximum and steps that an order then breaks',
  58: 'PUT /balances: less than an order needs',
  59: 'PATCH /markets/:id: status, isApiTradingAllowed, sides',
  60: 'PATCH /markets/:id: quantityStep, priceTick, minNotional, minMarketNotional',
  61: '--fee-in third, PATCH /markets/:id: makerFee, takerFee',
  62: 'PATCH /markets/:id: orderTypes',
};

/** Rows in which no byte reaches an exchange, or that need a websocket, which this one has not. */
export const ROWS_OF_OTHERS: Readonly<Record<number, string>> = {
  51: 'libs/testing startFaultProxy: refused and reset connections, names that lead nowhere',
  52: "the adapter's own check of the address it talks to",
  71: 'no websocket is served',
};

const KINDS = new Map(FAULT_KINDS.map((kind) => [kind.name, kind]));

export const faultName = z.enum(FAULT_KINDS.map(({ name }) => name) as [string, ...string[]], 'expected the name of a fault: see GET /fault-kinds');

export function faultKind(name: string): FaultKind {
  const kind = KINDS.get(name);
  if (kind === undefined) throw new Error(`no fault ${name}`);
  return kind;
}
