import { Decimal } from 'decimal.js';

/**
 * A constructor of our own, so that no setting of another's reaches the money. 60 digits hold every sum and product of
 * prices, quantities and fees here exactly; what cannot be exact (a quotient) is cut off, never rounded up.
 */
export const ExactDecimal = Decimal.clone({ precision: 60, toExpNeg: -40, toExpPos: 40, rounding: Decimal.ROUND_DOWN });
export type ExactDecimal = Decimal;

/** Decimals that the books keep: more would be rounded by the database, and a transaction would no longer sum to zero. */
export const BOOKED_DECIMALS = 18;
