/** How far this machine's clock may be from a venue's. */
export const CLOCK_LIMITS = {
  /** MEXC refuses what is dated further ahead of its clock, whatever window the request allows. */
  aheadMs: 1_000,
  /** Ages of prices and closes of candles go by this machine's clock; a price that is this old is stale. */
  behindMs: 10_000,
} as const;

/** `offsetMs`: the venue's clock minus ours, right to within half of the round trip. */
export interface ClockDistance {
  readonly offsetMs: number;
  readonly roundTripMs: number;
}

/** Why such a clock must be set; null: it is near enough, or may be by what is known. */
export function clockFault({ offsetMs, roundTripMs }: ClockDistance): 'ahead' | 'behind' | null {
  const certainMs = Math.abs(offsetMs) - roundTripMs / 2;
  if (offsetMs < 0) return certainMs >= CLOCK_LIMITS.aheadMs ? 'ahead' : null;
  return certainMs > CLOCK_LIMITS.behindMs ? 'behind' : null;
}
