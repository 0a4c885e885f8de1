import type { SeriesIdentity } from '#domain';
import type { CandleStore, SeriesCoverage } from '../candles/candle-store.port.js';
import { NO_FAILPOINT, type Failpoint } from '../failpoints/failpoint.js';
import type { Clock, IdSource } from '../ports/clock.port.js';
import type { Digest } from '../ports/digest.port.js';
import type { BacktestRunStore, IdempotencyClaim, NewRun } from './backtest-run-store.port.js';
import type { BacktestRun, BacktestSpec, RunLabels, RunNotice, RunPriority } from './backtest-run.js';
import { basketFaults, checkCoverage, unknownSeriesFault, type SubmissionCheck, type SubmitFault } from './check-submission.js';
import { feasibilityNotices } from './run-notices.js';
import { seriesOfSpec } from './series-of-spec.js';

export interface SubmitCommand {
  readonly spec: BacktestSpec;
  readonly labels: RunLabels;
  readonly priority: RunPriority;
  /** Computes again what is finished already. */
  readonly isForced: boolean;
  /** The client's name for this submission, and who says it. */
  readonly idempotency: { readonly principal: string; readonly key: string } | null;
}

export type SubmitResult =
  | { readonly kind: 'accepted'; readonly run: BacktestRun; /** True for a finished run of the same spec, data and code. */ readonly isCached: boolean }
  | { readonly kind: 'key-reused' }
  | { readonly kind: 'refused'; readonly faults: readonly SubmitFault[] };

export interface SubmitParts {
  readonly store: BacktestRunStore;
  readonly candles: CandleStore;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly digest: Digest;
  readonly codeVersion: string;
  readonly maxAssetBars: number;
  /** Called after the commit: the outbox has a new job. */
  readonly onQueued: () => void;
  readonly failpoint?: Failpoint;
}

/** What makes two specs the same run. */
export const specSha256 = (spec: BacktestSpec, digest: Digest): string => digest(spec);

export class SubmitBacktest {
  constructor(private readonly parts: SubmitParts) {}

  /** Stores the run with its job, or says why not. @throws StoreFailure where Postgres cannot be had; nothing is stored then. */
  async run(command: SubmitCommand): Promise<SubmitResult> {
    const claim = this.claimOf(command);
    const earlier = claim === null ? null : await this.parts.store.recall(claim);
    if (earlier !== null) return earlier.kind === 'key-reused' ? earlier : { kind: 'accepted', run: earlier.run, isCached: false };
    const faults = basketFaults(command.spec);
    if (faults.length > 0) return { kind: 'refused', faults };
    const series = seriesOfSpec(command.spec);
    if (series.kind === 'invalid') return { kind: 'refused', faults: series.faults };
    const check = await this.check(command.spec, series.identities);
    if (check.kind === 'impossible') return { kind: 'refused', faults: check.faults };
    const dataFingerprint = await this.parts.candles.fingerprint(series.identities, command.spec);
    return this.accept(command, claim, dataFingerprint, check.notices);
  }

  private async check(spec: BacktestSpec, identities: readonly SeriesIdentity[]): Promise<SubmissionCheck> {
    const coverages = await this.parts.candles.coverageOf(identities);
    const known = coverages.filter((coverage): coverage is SeriesCoverage => coverage !== null);
    if (known.length === identities.length) return checkCoverage(spec, known, this.parts.maxAssetBars);
    return { kind: 'impossible', faults: await this.unknownSeries(identities.map((identity, index) => (coverages[index] === null ? identity : null))) };
  }

  private async unknownSeries(missing: readonly (SeriesIdentity | null)[]): Promise<readonly SubmitFault[]> {
    const { candles } = this.parts;
    const first = missing.find((identity) => identity !== null);
    if (first === null || first === undefined) return [];
    const { exchange, quote, interval } = first;
    const sameMarket = await candles.coverage({ exchange, quote, interval });
    const faults: SubmitFault[] = [];
    for (const [index, identity] of missing.entries()) {
      if (identity !== null) faults.push(unknownSeriesFault(index, identity, await candles.coverage({ base: identity.base }), sameMarket));
    }
    return faults;
  }

  private async accept(command: SubmitCommand, claim: IdempotencyClaim | null, dataFingerprint: string, cuts: readonly RunNotice[]): Promise<SubmitResult> {
    const { store, clock, ids, digest, codeVersion, failpoint = NO_FAILPOINT } = this.parts;
    const { spec, labels, priority } = command;
    const key = { specSha256: specSha256(spec, digest), dataFingerprint, codeVersion };
    const finished = command.isForced ? null : await store.findFinished(key);
    if (finished !== null) return { kind: 'accepted', run: finished, isCached: true };
    const run: NewRun = {
      id: ids.next('bt'), spec, ...key, priority, labels, notices: [...feasibilityNotices(spec), ...cuts], createdAtMs: clock.nowMs(),
    };
    const outcome = await store.submit(run, claim);
    if (outcome.kind === 'key-reused') return outcome;
    await failpoint('api.after_outbox_commit');
    this.parts.onQueued();
    return { kind: 'accepted', run: outcome.run, isCached: false };
  }

  private claimOf({ idempotency, ...request }: SubmitCommand): IdempotencyClaim | null {
    return idempotency === null ? null : { ...idempotency, requestSha256: this.parts.digest(request) };
  }
}
