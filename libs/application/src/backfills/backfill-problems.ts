import { describeSeries } from '#domain';
import { instant } from '../wording/instant.js';
import { VenueFailure, type VenueFailureKind } from '../ports/venue-failure.js';
import type { BackfillLease } from './candle-backfill-store.port.js';
import type { BackfillNotice, CandleBackfill } from './candle-backfill.js';

/** What becomes of a backfill that could not go on. */
export type BackfillVerdict =
  | { readonly kind: 'postpone'; readonly delayMs: number; readonly problem: BackfillNotice }
  | { readonly kind: 'fail'; readonly problem: BackfillNotice };

/** Why a backfill can come to nothing, whatever the exchange does later. */
export class BackfillFault extends Error {
  constructor(
    readonly code: string,
    detail: string,
  ) {
    super(detail);
    this.name = 'BackfillFault';
  }
}

/** The range reaches beyond what the exchange has closed by its own clock: it will. */
export class NotClosedYet extends Error {}

const FIRST_PAUSE_MS = 1_000;
/** An exchange that is back is noticed within a minute, however long it was away. */
const LONGEST_PAUSE_MS = 60_000;
/** What an exchange asks for itself may be longer, within reason. */
const LONGEST_RETRY_AFTER_MS = 600_000;
/** An answer that no schema takes may be a page of a proxy's; it is not so time and again. */
const MAX_MALFORMED_LOOKS = 10;

const CODES: Readonly<Record<Exclude<VenueFailureKind, 'unknown-market' | 'refused'>, string>> = {
  transient: 'exchange-unreachable',
  'rate-limited': 'exchange-rate-limited',
  banned: 'exchange-banned',
  maintenance: 'exchange-maintenance',
  'clock-skew': 'exchange-clock-skew',
  auth: 'exchange-auth',
  permission: 'exchange-permission',
  'wrong-host': 'exchange-wrong-host',
  'malformed-response': 'exchange-malformed-response',
};

/** What makes a failure the same as another: of an exchange its kind, since its words name the market. */
export function problemOf(error: unknown): string {
  if (error instanceof VenueFailure) return error.kind;
  return error instanceof Error ? error.message : String(error);
}

/** Null: nobody foresaw it. What the exchange or its operator may mend is tried again for as long as it takes. */
export function judgeFailure(error: unknown, lease: BackfillLease, nowMs: number): BackfillVerdict | null {
  if (error instanceof BackfillFault) return { kind: 'fail', problem: { code: error.code, detail: error.message } };
  if (error instanceof NotClosedYet) return { kind: 'postpone', delayMs: pauseMs(looksWith('not-closed-yet', lease)), problem: { code: 'not-closed-yet', detail: error.message } };
  if (!(error instanceof VenueFailure)) return null;
  if (error.kind === 'unknown-market') return { kind: 'fail', problem: unknownMarket(lease.backfill, error) };
  if (error.kind === 'refused') return { kind: 'fail', problem: { code: 'exchange-refused', detail: error.message } };
  const code = CODES[error.kind];
  const looksBefore = looksWith(code, lease);
  if (error.kind === 'malformed-response' && looksBefore >= MAX_MALFORMED_LOOKS) return { kind: 'fail', problem: { code, detail: error.message } };
  const delayMs = Math.max(pauseMs(looksBefore), Math.min(LONGEST_RETRY_AFTER_MS, error.details.retryAfterMs ?? 0));
  const since = instant(lease.failingSinceMs ?? nowMs);
  return { kind: 'postpone', delayMs, problem: { code, detail: `${error.message}; so since ${since}, tried again every ${Math.ceil(delayMs / 1_000)} s` } };
}

/** How many looks in a row came to the same. */
const looksWith = (code: string, { backfill, failedLooks }: BackfillLease): number => (backfill.problem?.code === code ? failedLooks : 0);

const pauseMs = (looksBefore: number): number => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(looksBefore, 10));

function unknownMarket({ identity, marketId, nextFromMs, fromMs }: CandleBackfill, error: VenueFailure): BackfillNotice {
  const far = nextFromMs > fromMs ? `; what was fetched before ${instant(nextFromMs)} stands` : '';
  return { code: 'unknown-market', detail: `${identity.exchange} no longer knows ${marketId}, the market of ${describeSeries(identity)}${far} (${error.message})` };
}

export function beforeListing({ identity, toMs }: CandleBackfill, firstMs: number): BackfillFault {
  return new BackfillFault(
    'before-listing',
    `${describeSeries(identity)} begins at ${instant(firstMs)}: there is nothing up to ${instant(toMs)}; ask for a period from ${instant(firstMs)} on`,
  );
}

export function noCandles({ identity, marketId }: CandleBackfill): BackfillFault {
  return new BackfillFault('no-candles', `${identity.exchange} has no closed ${identity.interval} candle of ${marketId} at all yet; ask again once it has been traded for a while`);
}

export function beginsAtListing({ identity, fromMs }: CandleBackfill, firstMs: number): BackfillNotice {
  return { code: 'begins-at-listing', detail: `${describeSeries(identity)} begins at ${instant(firstMs)} instead of ${instant(fromMs)}: ${identity.exchange} has no earlier candle` };
}
