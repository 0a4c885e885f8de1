import type { z } from 'zod';
import type { SeriesCoverage } from '#application';
import type { CoverageRow } from '#contracts';

export function presentCoverage(series: SeriesCoverage): z.infer<typeof CoverageRow> {
  const { exchange, base, quote, interval } = series.identity;
  return {
    exchange,
    base,
    quote,
    interval,
    first: new Date(series.firstOpenMs).toISOString(),
    last: new Date(series.lastOpenMs).toISOString(),
    candles: series.candleCount,
    gaps: series.gapCount,
    missing: series.missingCount,
    zeroVolumeFraction: series.candleCount === 0 ? 0 : series.zeroVolumeCount / series.candleCount,
  };
}
