import { MAX_SCAN_BARS } from '../engine/scan-bars.js';

/** Writes the equity of constant holdings at the closes of the bars from `fromBar` up to, not including, `toBar`. */
export function markBars(
  closes: readonly Float64Array[],
  quantities: Float64Array,
  cash: number,
  fromBar: number,
  toBar: number,
  equity: Float64Array,
): void {
  for (let bar = fromBar; bar < toBar; bar += MAX_SCAN_BARS) {
    const end = Math.min(bar + MAX_SCAN_BARS, toBar);
    equity.fill(cash, bar, end);
    let asset = 0;
    for (; asset + 3 < closes.length; asset += 4) addFourColumns(closes, quantities, asset, bar, end, equity);
    for (; asset < closes.length; asset++) addColumn(closes[asset]!, quantities[asset]!, bar, end, equity);
  }
}

function addFourColumns(
  closes: readonly Float64Array[], quantities: Float64Array, asset: number, from: number, to: number,
  equity: Float64Array,
): void {
  const columnA = closes[asset]!;
  const columnB = closes[asset + 1]!;
  const columnC = closes[asset + 2]!;
  const columnD = closes[asset + 3]!;
  const quantityA = quantities[asset]!;
  const quantityB = quantities[asset + 1]!;
  const quantityC = quantities[asset + 2]!;
  const quantityD = quantities[asset + 3]!;
  for (let bar = from; bar < to; bar++) {
    const firstTwo = quantityA * columnA[bar]! + quantityB * columnB[bar]!;
    equity[bar] = equity[bar]! + firstTwo + (quantityC * columnC[bar]! + quantityD * columnD[bar]!);
  }
}

function addColumn(column: Float64Array, quantity: number, from: number, to: number, equity: Float64Array): void {
  for (let bar = from; bar < to; bar++) equity[bar] = equity[bar]! + quantity * column[bar]!;
}
