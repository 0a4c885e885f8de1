import { z } from 'zod';
import { errorAnswer } from '../rest/answer.js';
import { defineFault, type FaultKind } from './define-fault.js';

interface RefusalKind {
  readonly name: string;
  readonly rows: readonly number[];
  readonly words: string;
  readonly codes: Readonly<Record<number, string>>;
  /** The one of them where none is asked for. */
  readonly usual: number;
  readonly status?: number;
}

/** Refusals for which nothing needs to be wrong: a code and its words, before anything is accepted. */
const KINDS: readonly RefusalKind[] = [
  {
    name: 'access-refused', rows: [48], words: 'the key is not good for this', status: 403, usual: 403,
    codes: {
      403: 'Access Denied', 401: 'Unauthorized', 402: 'API key expired', 602: 'Signature verification failed', 10072: 'Api key info invalid', 70011: 'Pair user ban trade apikey',
      700001: 'API-key format invalid.', 700002: 'Signature for this request is not valid.', 700006: 'IP non white list', 700007: 'No permission to access the endpoint', 60005: 'your account is abnormal',
    },
  },
  { name: 'maintenance', rows: [49], words: 'closed for maintenance, in JSON', usual: 604, codes: { 604: 'System maintenance', 801: 'System maintenance', 11444: 'System maintenance' } },
  {
    name: 'rule-broken', rows: [57], words: 'an order breaks a rule of its market', usual: 30002,
    codes: {
      30002: 'The minimum transaction volume cannot be less than:1USDT', 30003: 'The maximum transaction volume cannot be greater than:2000000USDT',
      10096: 'amount of decimal places exceeds the limit', 10097: 'price of decimal places exceeds the limit', 30087: 'Order price exceeds allowed range',
      30010: 'no valid trade price', 30025: 'order price is less than the minimum', 88013: 'order amount is too small',
    },
  },
  { name: 'insufficient-balance', rows: [58], words: 'not enough to pay with', usual: 30004, codes: { 30004: 'Insufficient position', 30005: 'Oversold', 10101: 'Insufficient balance', 2005: 'balance insufficient' } },
  {
    name: 'market-closed', rows: [59], words: 'the market is suspended, delisted or not open to the API', usual: 10007,
    codes: { 30000: 'suspended transaction for the symbol', 30014: 'invalid symbol', 30016: 'trading disabled', 30021: 'symbol is not open', 10007: 'symbol not support api', [-1121]: 'Invalid symbol.' },
  },
  { name: 'order-type-disabled', rows: [62], words: 'this type of order is not taken now', usual: 30018, codes: { 30018: 'market order is disabled', 30019: 'api market order is disabled', 30041: 'current order type can not place order' } },
  {
    name: 'order-limit-reached', rows: [63], words: 'too many orders or too large a position', usual: 30029,
    codes: { 30027: 'order count exceeds the limit', 30028: 'position exceeds the limit', 30029: 'cannot exceed the maximum order limit', 30032: 'Cannot exceed the maximum position' },
  },
];

function codeOf(codes: RefusalKind['codes'], usual: number) {
  const rule = `expected one of ${Object.keys(codes).join(', ')}`;
  return z.int(rule).refine((code) => code in codes, rule).default(usual);
}

function refusalFault({ name, rows, words, codes, usual, status }: RefusalKind): FaultKind {
  return defineFault({
    name, rows, words, parameters: { code: codeOf(codes, usual) },
    effectOf: ({ code }) => ({ at: 'before', outcome: () => ({ kind: 'answer', answer: errorAnswer(code, codes[code] ?? '', status) }) }),
  });
}

/** Any code at all, for those that no other fault knows. */
const ERROR_CODE = defineFault({
  name: 'error-code', rows: [45, 48, 49, 57, 58, 59, 62, 63], words: "MEXC's JSON with this code and these words, before anything is accepted",
  parameters: { code: z.int().min(-99_999).max(9_999_999), msg: z.string().max(500).default('simulated'), status: z.int().min(200).max(599).default(400) },
  effectOf: ({ code, msg, status }) => ({ at: 'before', outcome: () => ({ kind: 'answer', answer: errorAnswer(code, msg, status) }) }),
});

export const REFUSAL_FAULTS: readonly FaultKind[] = [...KINDS.map(refusalFault), ERROR_CODE];
