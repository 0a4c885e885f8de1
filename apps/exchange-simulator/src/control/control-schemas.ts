import { z } from 'zod';
import { FaultRequest } from '../faults/fault-rules.js';
import { USUAL_RATE_LIMITS } from '../rates/rate-limits.js';

const DAY_MS = 86_400_000;
const decimal = z.string().regex(/^\d{1,18}(?:\.\d{1,18})?$/u, 'expected digits with a dot or none, as text, such as "1000.5"');
const positiveDecimal = decimal.refine((text) => /[1-9]/u.test(text), 'expected more than zero');
const fee = decimal.refine((text) => Number(text) < 0.1, 'expected a fraction below 0.1');
const count = (most: number) => z.int().min(1).max(most);

export const ClockChange = z.strictObject({ shiftMs: z.int().min(-DAY_MS).max(DAY_MS) });

export const BalanceChange = z.strictObject({
  asset: z.string().regex(/^[\p{L}\p{N}.-]{1,32}$/u, "expected an asset's name, such as USDT"),
  free: decimal,
});

/** How prices go on: at what speed, 0 for not at all, and how much of their time passes at once. */
export const CourseChange = z
  .strictObject({ speed: z.int().min(0).max(10_000), skipMs: z.int().min(0).max(30 * DAY_MS) })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'expected at least one field to change');

/** At least one of them; the others stay. */
export const MarketChange = z
  .strictObject({
    status: z.enum(['online', 'paused', 'offline']),
    isApiTradingAllowed: z.boolean(),
    sides: z.enum(['both', 'buy-only', 'sell-only', 'none']),
    orderTypes: z.array(z.enum(['LIMIT', 'MARKET', 'LIMIT_MAKER', 'IMMEDIATE_OR_CANCEL', 'FILL_OR_KILL'])).max(5),
    quantityStep: positiveDecimal,
    priceTick: positiveDecimal,
    minQuantity: decimal,
    minNotional: decimal,
    maxNotional: positiveDecimal.nullable(),
    minMarketNotional: decimal,
    maxMarketNotional: positiveDecimal.nullable(),
    makerFee: fee,
    takerFee: fee,
  })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'expected at least one field to change');

export const RateLimitChange = z.strictObject({
  isEnabled: z.boolean().default(USUAL_RATE_LIMITS.isEnabled),
  requestsPerSecond: count(1_000_000).default(USUAL_RATE_LIMITS.requestsPerSecond),
  ordersPerSecond: count(1_000_000).default(USUAL_RATE_LIMITS.ordersPerSecond),
  weightPerTenSeconds: count(10_000_000).default(USUAL_RATE_LIMITS.weightPerTenSeconds),
  ignoredBeforeBan: count(1_000_000).default(USUAL_RATE_LIMITS.ignoredBeforeBan),
  banSeconds: count(259_200).default(USUAL_RATE_LIMITS.banSeconds),
});

export { FaultRequest };
