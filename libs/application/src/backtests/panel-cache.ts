import type { Panel } from '#backtest';
import { describeSeries, type SeriesIdentity } from '#domain';
import type { CandleStore, TimeRange } from '../candles/candle-store.port.js';
import { StoreFailure } from '../ports/store-failure.js';
import { BacktestFault, type BacktestComputer } from './backtest-computer.port.js';

export interface LoadedPanel {
  readonly panel: Panel;
  /** What the candles in it say. */
  readonly dataFingerprint: string;
}

/** An import may change candles between two looks at them; it does not do so for ever. */
const MAX_LOADS = 3;

/**
 * Panels by series, range and content, over shared memory, at most so many bytes, the least recently used one out first.
 * Runs that need the same panel at the same time load it once.
 */
export class PanelCache {
  /** In order of use: a Map keeps the order of insertion. */
  private readonly kept = new Map<string, LoadedPanel & { readonly bytes: number }>();
  private readonly loading = new Map<string, Promise<LoadedPanel>>();
  private keptBytes = 0;

  constructor(
    private readonly candles: CandleStore,
    private readonly computer: BacktestComputer,
    private readonly maxBytes: number,
  ) {}

  /**
   * The panel of the fingerprint that is wanted, where it is kept: the candles then need not be asked for at all. Else
   * the panel of what is stored now, whose fingerprint may be another.
   * @throws BacktestFault where no panel can come of these series; StoreFailure.
   */
  async get(identities: readonly SeriesIdentity[], range: TimeRange, wantedFingerprint: string, signal: AbortSignal): Promise<LoadedPanel> {
    const keyOf = (fingerprint: string) => JSON.stringify([identities.map(describeSeries), range.fromMs, range.toMs, fingerprint]);
    const wanted = this.touch(keyOf(wantedFingerprint));
    if (wanted !== null) return wanted;
    const dataFingerprint = await this.candles.fingerprint(identities, range);
    const key = keyOf(dataFingerprint);
    const kept = this.touch(key);
    if (kept !== null) return kept;
    // The work is shared, so one run's end must not end it: only its own waiting does.
    return raced(this.loading.get(key) ?? this.loadOnce(key, identities, range, dataFingerprint), signal);
  }

  /** The kept panel, as the one used last. */
  private touch(key: string): LoadedPanel | null {
    const kept = this.kept.get(key);
    if (kept === undefined) return null;
    this.kept.delete(key);
    this.kept.set(key, kept);
    return kept;
  }

  private loadOnce(key: string, identities: readonly SeriesIdentity[], range: TimeRange, fingerprint: string): Promise<LoadedPanel> {
    const loading = this.load(identities, range, fingerprint)
      .then((loaded) => {
        // Under another fingerprint than was asked for, it would never be found.
        if (loaded.dataFingerprint === fingerprint) this.keep(key, loaded);
        return loaded;
      })
      .finally(() => this.loading.delete(key));
    this.loading.set(key, loading);
    return loading;
  }

  private async load(identities: readonly SeriesIdentity[], range: TimeRange, fingerprint: string): Promise<LoadedPanel> {
    let before = fingerprint;
    for (let attempt = 0; attempt < MAX_LOADS; attempt++) {
      const series = await this.candles.loadColumns(identities, range, ['open', 'close']);
      const after = await this.candles.fingerprint(identities, range);
      if (after !== before) {
        before = after;
        continue;
      }
      const empty = series.find((one) => one.openTimesMs.length === 0);
      if (empty !== undefined) throw new BacktestFault('unknown-series', `no candles are stored of ${describeSeries(empty.identity)} in the period`);
      const columns = series.map(({ identity, openTimesMs, columns: { open, close } }) => ({ asset: identity.base, openTimesMs, open: open!, close: close! }));
      return { panel: await this.computer.align(columns), dataFingerprint: after };
    }
    throw new StoreFailure('contended', 'the candles change while they are read', { cause: null });
  }

  private keep(key: string, loaded: LoadedPanel): void {
    const bytes = bytesOf(loaded.panel);
    if (bytes > this.maxBytes) return;
    this.kept.set(key, { ...loaded, bytes });
    this.keptBytes += bytes;
    for (const [oldest, panel] of this.kept) {
      if (this.keptBytes <= this.maxBytes) break;
      this.kept.delete(oldest);
      this.keptBytes -= panel.bytes;
    }
  }
}

/** The work's outcome, or a rejection with the signal's reason as soon as it is aborted. */
function raced<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** The memory behind a panel, each buffer once: columns are often views of one. */
export function bytesOf({ openTimesMs, opens, closes, closeRanges }: Panel): number {
  const columns = [openTimesMs, ...opens, ...closes, ...closeRanges.lows, ...closeRanges.highs];
  return [...new Set(columns.map((column) => column.buffer))].reduce((sum, buffer) => sum + buffer.byteLength, 0);
}
