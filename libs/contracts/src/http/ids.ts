import { z } from 'zod';

/** A ULID behind a prefix that says what it names: sortable by time of creation, safe as a BullMQ job id. */
const prefixedUlid = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}_[0-7][0-9A-HJKMNP-TV-Z]{25}$`), `expected ${prefix}_ followed by a ULID`);

export const BacktestId = prefixedUlid('bt').meta({ id: 'BacktestId', example: 'bt_01JD9Z5X8Q4Y6T2M3N7P0R1S5V' });
export type BacktestId = z.infer<typeof BacktestId>;

export const BackfillId = prefixedUlid('bf').meta({ id: 'BackfillId', example: 'bf_01JD9Z5X8Q4Y6T2M3N7P0R1S5V' });
export type BackfillId = z.infer<typeof BackfillId>;
