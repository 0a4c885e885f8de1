/**
 * What one evaluation looks at. Everything is indexed by the asset's place in the portfolio's listed order, so that a
 * backtest can hand in its own typed arrays. The arrays are read during the call only and never kept.
 */
export interface PortfolioSnapshot {
  readonly assets: readonly string[];
  /** Held quantity of each asset, in base units. */
  readonly quantities: ArrayLike<number>;
  /** Price of each asset in the quote currency, above zero. */
  readonly prices: ArrayLike<number>;
  /** Free quote currency. */
  readonly cash: number;
  readonly timeMs: number;
  /** When each asset last traded; -Infinity where it never did. */
  readonly lastFillMs: ArrayLike<number>;
}
