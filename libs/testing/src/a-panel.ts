import { alignPanel, type Panel } from '#backtest';

export interface PanelShape {
  /** Opens per asset; unless given, the close before (the first bar opens on its own close). */
  readonly opens?: Readonly<Record<string, readonly number[]>>;
  /** Open times; unless given, hours from `firstOpenMs` on. */
  readonly openTimesMs?: readonly number[];
  readonly stepMs?: number;
  readonly firstOpenMs?: number;
}

const HOUR_MS = 3_600_000;
/** 2024-01-01T00:00:00Z */
const FIRST_OPEN_MS = 1_704_067_200_000;

/** A panel from closes per asset, in the order they are written in. */
export function aPanel(closes: Readonly<Record<string, readonly number[]>>, shape: PanelShape = {}): Panel {
  const { stepMs = HOUR_MS, firstOpenMs = FIRST_OPEN_MS } = shape;
  return alignPanel(Object.entries(closes).map(([asset, prices]) => ({
    asset,
    openTimesMs: Float64Array.from(shape.openTimesMs ?? prices.map((_, bar) => firstOpenMs + bar * stepMs)),
    open: Float64Array.from(shape.opens?.[asset] ?? prices.map((price, bar) => prices[bar - 1] ?? price)),
    close: Float64Array.from(prices),
  })));
}
