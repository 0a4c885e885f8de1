/** One asset's candles as columns: strictly ascending open times (epoch ms), opens and closes, all of one length. */
export interface CandleColumns {
  readonly asset: string;
  readonly openTimesMs: Float64Array;
  readonly open: Float64Array;
  readonly close: Float64Array;
}

/** A close-to-open jump above 10× across a gap in the used bars: perhaps another asset under an old name. */
export interface PanelWarning {
  readonly code: 'jump-across-gap';
  readonly asset: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Open after the gap over close before it. */
  readonly ratio: number;
}

/** Bars in one block of a panel's close ranges. */
export const RANGE_BLOCK_BARS = 256;

/** Lowest and highest close of every asset in each block of RANGE_BLOCK_BARS bars; the last block may be shorter. */
export interface CloseRanges {
  readonly lows: readonly Float64Array[];
  readonly highs: readonly Float64Array[];
}

/**
 * The bars of a backtest: the open times that all assets share, one column of opens and closes per asset in the
 * portfolio's listed order. A plain object of typed arrays, so it can be sent to a worker thread; the columns may be
 * views on SharedArrayBuffers. Made by `alignPanel`, which has checked every price; no run checks them again.
 */
export interface Panel {
  readonly assets: readonly string[];
  readonly bars: number;
  readonly openTimesMs: Float64Array;
  readonly opens: readonly Float64Array[];
  readonly closes: readonly Float64Array[];
  readonly closeRanges: CloseRanges;
  /** Open times that at least one asset has and that are left out because another has not: union less intersection. */
  readonly droppedBars: number;
  readonly warnings: readonly PanelWarning[];
}

/** Bars × assets of the largest panel: 20 assets over ten years of minutes, or 200 over one. */
export const MAX_PANEL_CELLS = 106_000_000;

/** What is wrong with candles that were to make a panel. */
export type PanelFault =
  | 'no-assets'
  | 'column-lengths-differ'
  | 'times-not-ascending'
  | 'price-not-positive'
  | 'no-shared-bars'
  | 'too-large';

/** Names asset, time and rule; `timeMs` is null where the fault is not at one bar. */
export class PanelError extends Error {
  constructor(
    readonly fault: PanelFault,
    message: string,
    readonly asset: string | null = null,
    readonly timeMs: number | null = null,
  ) {
    super(message);
    this.name = 'PanelError';
  }
}
