import { z } from 'zod';

/** A ULID behind a prefix that says what it names: sortable by time of creation, safe as a BullMQ job id. */
const prefixedUlid = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}_[0-7][0-9A-HJKMNP-TV-Z]{25}$`), `expected ${prefix}_ followed by a ULID`);

export const BacktestId = prefixedUlid('bt').meta({ id: 'BacktestId', example: 'bt_01JD9Z5X8Q4Y6T2M3N7P0R1S5V' });
export type BacktestId = z.infer<typeof BacktestId>;

export const BackfillId = prefixedUlid('bf').meta({ id: 'BackfillId', example: 'bf_01JD9Z5X8Q4Y6T2M3N7P0R1S5V' });
export type BackfillId = z.infer<typeof BackfillId>;

export const PortfolioId = prefixedUlid('pf').meta({ id: 'PortfolioId', example: 'pf_01JD9Z5X8Q4Y6T2M3N7P0R1S5V' });
export type PortfolioId = z.infer<typeof PortfolioId>;

export const PlanId = prefixedUlid('pl').meta({ id: 'PlanId', example: 'pl_01JD9Z5X8Q4Y6T2M3N7P0R1S5V' });
export type PlanId = z.infer<typeof PlanId>;

export const IntentId = prefixedUlid('oi').meta({ id: 'IntentId', example: 'oi_01JD9Z5X8Q4Y6T2M3N7P0R1S5V' });
export type IntentId = z.infer<typeof IntentId>;

export const EvaluationId = prefixedUlid('ev').meta({ id: 'EvaluationId', example: 'ev_01JD9Z5X8Q4Y6T2M3N7P0R1S5V' });
export type EvaluationId = z.infer<typeof EvaluationId>;

export const ReconciliationId = prefixedUlid('rc').meta({ id: 'ReconciliationId', example: 'rc_01JD9Z5X8Q4Y6T2M3N7P0R1S5V' });
export type ReconciliationId = z.infer<typeof ReconciliationId>;
