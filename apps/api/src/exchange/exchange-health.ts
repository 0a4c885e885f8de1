import { clockFault, type VenueName, type VenueStatus } from '#application';

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
  const clockProblem = clockInWords(status);
  if (isReachable) return { isWell: clockProblem === null, detail: `${name} at ${origin}${clockProblem === null ? '' : `: ${clockProblem}`}` };
  const since = lastAnswerMs === null ? 'has never answered' : `has not answered since ${instant(lastAnswerMs)}`;
  return { isWell: false, detail: `${name} at ${origin} ${since}${problem === null ? '' : `: ${problem}`}` };
}

/** What is wrong with the clock of the machine that ingests; null: nothing that is known. */
export function clockInWords({ clockOffsetMs, roundTripMs }: Pick<VenueStatus, 'clockOffsetMs' | 'roundTripMs'>): string | null {
  if (clockOffsetMs === null) return null;
  const fault = clockFault({ offsetMs: clockOffsetMs, roundTripMs: roundTripMs ?? 0 });
  if (fault === null) return null;
  return `the ingestor's clock is ${(Math.abs(clockOffsetMs) / 1_000).toFixed(1)} s ${fault === 'ahead' ? 'ahead of' : 'behind'} the exchange's; set it by NTP`;
}

const instant = (ms: number): string => new Date(ms).toISOString();
