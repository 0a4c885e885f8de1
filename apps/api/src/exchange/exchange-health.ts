import type { VenueName, VenueStatus } from '#application';

/** An ingestor reports several times a minute; what is older, nobody vouches for. */
const REPORT_MS = 60_000;

export interface ExchangeHealth {
  readonly isWell: boolean;
  /** What runs, loudly, and what is wrong with it. */
  readonly detail: string;
}

export function venueInWords(venue: VenueName): string {
  return venue === 'SIMULATOR' ? 'simulator (made prices, play money)' : 'MEXC (real market data)';
}

/** What an ingestor last saw, judged by this process's clock. */
export function exchangeHealth(venue: VenueName, status: VenueStatus | null, nowMs: number): ExchangeHealth {
  const name = venueInWords(venue);
  if (status === null) return { isWell: false, detail: `${name}: no ingestor has reported yet` };
  const { origin, isReachable, problem, lastAnswerMs, updatedAtMs } = status;
  if (nowMs - updatedAtMs > REPORT_MS) return { isWell: false, detail: `${name} at ${origin}: no ingestor has reported since ${instant(updatedAtMs)}` };
  if (isReachable) return { isWell: true, detail: `${name} at ${origin}` };
  const since = lastAnswerMs === null ? 'has never answered' : `has not answered since ${instant(lastAnswerMs)}`;
  return { isWell: false, detail: `${name} at ${origin} ${since}${problem === null ? '' : `: ${problem}`}` };
}

const instant = (ms: number): string => new Date(ms).toISOString();
