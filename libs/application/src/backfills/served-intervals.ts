import type { CandleInterval } from '#domain';
import type { VenueName } from '../ports/market-data.port.js';

const MEXC: readonly CandleInterval[] = ['1m', '5m', '15m', '30m', '1h', '4h', '1d', '1w'];

/** Intervals that a venue serves, for those who have no adapter at hand; the simulator speaks MEXC's dialect. */
export const SERVED_INTERVALS: Readonly<Record<VenueName, readonly CandleInterval[]>> = { MEXC, SIMULATOR: MEXC };
