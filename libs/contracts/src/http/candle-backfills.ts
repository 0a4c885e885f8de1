import { z } from 'zod';
import { Venue, VENUES } from './exchange.js';
import { BackfillId } from './ids.js';
import { AssetName } from './text.js';

const Instant = z.iso.datetime({ offset: true });

export const BACKFILL_LIMITS = { assets: 100, listed: 200 } as const;

/** Candles to be fetched from the exchange; what is stored already is kept, and corrected where the exchange says otherwise. */
export const SubmitBackfill = z
  .strictObject({
    /** Left out: the one that this product talks to. MEXC while the simulator stands in for it is answered by the simulator, and named so. */
    exchange: z.enum(VENUES, `must be ${VENUES.join(' or ')}`).optional(),
    quote: AssetName.default('USDT'),
    interval: z.string().max(4),
    assets: z.array(AssetName).min(1, 'name at least one asset, such as HANA').max(BACKFILL_LIMITS.assets, `name ${BACKFILL_LIMITS.assets} assets at most`),
    from: Instant,
    /** Left out: up to the last closed candle. */
    to: Instant.optional(),
    /** Append candles as they close from then on. Only without `to`. */
    follow: z.boolean().default(true),
  })
  .meta({ id: 'SubmitBackfill' });
export type SubmitBackfill = z.infer<typeof SubmitBackfill>;

export const BackfillStatus = z.enum(['queued', 'running', 'completed', 'failed', 'canceled']);

export const CandleBackfill = z
  .object({
    id: BackfillId,
    exchange: Venue,
    base: z.string(),
    quote: z.string(),
    interval: z.string(),
    from: Instant,
    to: Instant,
    status: BackfillStatus,
    /** By time; 1 once completed. */
    progressFraction: z.number().min(0).max(1),
    inserted: z.int(),
    unchanged: z.int(),
    corrected: z.int(),
    gaps: z.int(),
    isFollowed: z.boolean(),
    /** Why it failed, or what it waits for. */
    problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
    /** What was found on the way and does not hinder it: it begins at the listing, since there is nothing before. */
    notice: z.object({ code: z.string(), detail: z.string() }).nullable(),
    created: Instant,
    started: Instant.nullable(),
    finished: Instant.nullable(),
  })
  .meta({ id: 'CandleBackfill' });
export type CandleBackfill = z.infer<typeof CandleBackfill>;

export const Notice = z.object({ code: z.string(), detail: z.string() });
export const SubmittedBackfills = z.object({ data: z.array(CandleBackfill), notices: z.array(Notice) }).meta({ id: 'SubmittedBackfills' });

export const ListBackfillsQuery = z.strictObject({
  /** Comma-separated. */
  ids: z.string().max(4_000).transform((text) => text.split(',')).pipe(z.array(BackfillId).min(1).max(BACKFILL_LIMITS.assets)).optional(),
  status: BackfillStatus.optional(),
  limit: z.coerce.number().int().min(1).max(BACKFILL_LIMITS.listed).default(50),
});
export const CandleBackfills = z.object({ data: z.array(CandleBackfill) }).meta({ id: 'CandleBackfills' });
