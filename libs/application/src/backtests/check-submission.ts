import { checkBasket, describeSeries, INTERVAL_MS, type CandleInterval, type SeriesIdentity } from '#domain';
import type { SeriesCoverage } from '../candles/candle-store.port.js';
import type { BacktestSpec, RunNotice } from './backtest-run.js';
import { instant } from '../wording/instant.js';

/** One thing that is wrong with a submission: where (a JSON pointer into its body), a stable code, words with a remedy. */
export interface SubmitFault {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

export type SubmissionCheck =
  | { readonly kind: 'possible'; readonly notices: readonly RunNotice[] }
  | { readonly kind: 'impossible'; readonly faults: readonly SubmitFault[] };

/** Fewer bars than this have no return. */
export const MIN_BARS = 2;

export const basketFaults = ({ assets, quote }: BacktestSpec): readonly SubmitFault[] =>
  checkBasket(assets, quote).map(({ field, rule, received }) => ({
    pointer: `/${field}`, code: 'invalid-basket', detail: `${field} ${rule}; received ${received}`,
  }));

/** The period that all of the series have, as far as first and last candle tell; from above to means none. */
interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Whether a backtest can come of this spec, judged by what is stored: every series there, a shared period, at least two
 * bars in it, not too many. What gaps inside the period leave, only the run itself sees.
 */
export function checkCoverage(spec: BacktestSpec, coverages: readonly SeriesCoverage[], maxAssetBars: number): SubmissionCheck {
  const shared = { fromMs: Math.max(...coverages.map((one) => one.firstOpenMs)), toMs: Math.min(...coverages.map((one) => one.lastOpenMs)) };
  const faults = [...periodFaults(spec, shared, coverages)];
  if (faults.length > 0) return { kind: 'impossible', faults };
  const used = { fromMs: Math.max(shared.fromMs, spec.fromMs ?? -Infinity), toMs: Math.min(shared.toMs, spec.toMs ?? Infinity) };
  const bars = barsIn(used, spec);
  if (bars < MIN_BARS) return impossible(spec.fromMs === null ? '/to' : '/from', 'too-few-bars', `a backtest needs ${MIN_BARS} bars, the period has ${bars}; stored is ${inWords(shared)}`);
  const assetBars = bars * spec.assets.length;
  if (assetBars > maxAssetBars) {
    return impossible('/assets', 'too-many-asset-bars', `${spec.assets.length} assets × ${bars} bars are ${assetBars}, the limit is ${maxAssetBars}; take a shorter period, a longer interval or fewer assets`);
  }
  return { kind: 'possible', notices: cutNotices(spec, shared) };
}

/** What is said of a series that is not stored: what of that asset is, or else which assets are. */
export function unknownSeriesFault(index: number, identity: SeriesIdentity, sameAsset: readonly SeriesCoverage[], sameMarket: readonly SeriesCoverage[]): SubmitFault {
  const alternatives = sameAsset.length > 0
    ? `stored of ${identity.base}: ${named(sameAsset.map((one) => describeSeries(one.identity)))}`
    : `stored with ${identity.exchange}, ${identity.quote} and ${identity.interval}: ${named(sameMarket.map((one) => one.identity.base))}`;
  return { pointer: `/assets/${index}`, code: 'unknown-series', detail: `no candles are stored of ${describeSeries(identity)}; ${alternatives}` };
}

function periodFaults(spec: BacktestSpec, shared: Period, coverages: readonly SeriesCoverage[]): readonly SubmitFault[] {
  const { fromMs, toMs } = spec;
  if (fromMs !== null && toMs !== null && fromMs > toMs) {
    return [{ pointer: '/from', code: 'period-inverted', detail: `from (${instant(fromMs)}) must not be after to (${instant(toMs)})` }];
  }
  if (shared.fromMs > shared.toMs) {
    const periods = coverages.map((one) => `${one.identity.base} has ${inWords({ fromMs: one.firstOpenMs, toMs: one.lastOpenMs })}`);
    return [{ pointer: '/assets', code: 'no-shared-period', detail: `the assets share no bar: ${named(periods)}` }];
  }
  const outside = (pointer: string, atMs: number) => ({
    pointer, code: 'period-outside-coverage', detail: `${instant(atMs)} is outside of what is stored; all assets have ${inWords(shared)}`,
  });
  if (fromMs !== null && fromMs > shared.toMs) return [outside('/from', fromMs)];
  if (toMs !== null && toMs < shared.fromMs) return [outside('/to', toMs)];
  return [];
}

/** Less was stored than was asked for: the run goes on with what there is, and says so. */
function cutNotices({ fromMs, toMs }: BacktestSpec, shared: Period): readonly RunNotice[] {
  const cuts = [
    ...(fromMs !== null && fromMs < shared.fromMs ? [`starts at ${instant(shared.fromMs)} instead of ${instant(fromMs)}`] : []),
    ...(toMs !== null && toMs > shared.toMs ? [`ends at ${instant(shared.toMs)} instead of ${instant(toMs)}`] : []),
  ];
  return cuts.length === 0 ? [] : [{ code: 'period-cut', detail: `the run ${cuts.join(' and ')}: no more is stored of all assets` }];
}

function barsIn({ fromMs, toMs }: Period, { interval }: BacktestSpec): number {
  const intervalMs = INTERVAL_MS[interval as CandleInterval];
  return toMs < fromMs ? 0 : Math.floor((toMs - fromMs) / intervalMs) + 1;
}

const impossible = (pointer: string, code: string, detail: string): SubmissionCheck => ({ kind: 'impossible', faults: [{ pointer, code, detail }] });

const inWords = ({ fromMs, toMs }: Period): string => `${instant(fromMs)} to ${instant(toMs)}`;

const MOST_NAMED = 20;

function named(names: readonly string[]): string {
  if (names.length === 0) return 'nothing';
  const rest = names.length - MOST_NAMED;
  return names.slice(0, MOST_NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
