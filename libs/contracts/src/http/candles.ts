import { z } from 'zod';
import { lineOfText } from './text.js';

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
