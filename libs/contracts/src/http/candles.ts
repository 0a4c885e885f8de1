import { z } from 'zod';
import { Venue } from './exchange.js';
import { AssetName, lineOfText } from './text.js';

export const CoverageQuery = z.strictObject({
  exchange: lineOfText(20).optional(),
  base: lineOfText(32).optional(),
  interval: lineOfText(4).optional(),
});

/** What one series holds, read from a table that every import keeps, never by a scan. */
export const CoverageRow = z.object({
  exchange: z.string(),
  base: z.string(),
  quote: z.string(),
  interval: z.string(),
  first: z.iso.datetime().nullable(),
  last: z.iso.datetime().nullable(),
  candles: z.int(),
  gaps: z.int(),
  missing: z.int(),
  zeroVolumeFraction: z.number(),
});
export const Coverage = z.object({ data: z.array(CoverageRow) }).meta({ id: 'CandleCoverage' });

/** Parts of a series' address. */
export const SeriesAsset = AssetName;
export const SeriesInterval = lineOfText(4);

/** A series whose candles are appended as they close. */
export const FollowedSeriesRow = z.object({
  exchange: Venue,
  base: z.string(),
  quote: z.string(),
  interval: z.string(),
  followed: z.iso.datetime(),
  /** The open time that is asked for next; null while nothing is stored. */
  next: z.iso.datetime().nullable(),
  isBackfilling: z.boolean(),
  /** False: the exchange lists its market no more, and is asked about it ever less often. */
  isListed: z.boolean(),
});
export type FollowedSeriesRow = z.infer<typeof FollowedSeriesRow>;
export const FollowedSeries = z.object({ data: z.array(FollowedSeriesRow) }).meta({ id: 'FollowedSeries' });
