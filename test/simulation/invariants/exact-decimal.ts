import { Decimal } from 'decimal.js';

/** No sum of what a ledger holds needs more digits; the library rounds to twenty unless told. */
export const ExactDecimal = Decimal.clone({ precision: 80 });
export type DecimalValue = InstanceType<typeof ExactDecimal>;
