import { parseSeriesIdentity, type SeriesIdentity } from '#domain';
import type { BacktestSpec } from './backtest-run.js';
import type { SubmitFault } from './check-submission.js';

export type SeriesOfSpec =
  | { readonly kind: 'valid'; readonly identities: readonly SeriesIdentity[] }
  | { readonly kind: 'invalid'; readonly faults: readonly SubmitFault[] };

/** The series that a spec needs, in the listed order of its assets; or every field that names none, each once. */
export function seriesOfSpec({ exchange, quote, interval, assets }: BacktestSpec): SeriesOfSpec {
  const faults = new Map<string, SubmitFault>();
  const identities = assets.flatMap((base, index) => {
    const parsed = parseSeriesIdentity({ exchange, base, quote, interval });
    if (parsed.kind === 'valid') return [parsed.identity];
    for (const { field, rule } of parsed.faults) {
      const pointer = field === 'base' ? `/assets/${index}` : `/${field}`;
      faults.set(pointer, { pointer, code: `invalid-${field === 'base' ? 'asset' : field}`, detail: rule });
    }
    return [];
  });
  return faults.size === 0 ? { kind: 'valid', identities } : { kind: 'invalid', faults: [...faults.values()] };
}
