import type { Holdings } from './account.js';

/**
 * Writes the equity of constant holdings at the closes of `count` bars from `fromBar` on into `out`, from `outFrom` on.
 * Four columns at a time: the output is then read and written a fourth as often.
 */
export function markBlock(
  closes: readonly Float64Array[], holdings: Holdings, fromBar: number, count: number, out: Float64Array,
  outFrom: number,
): void {
  const { quantities, cash } = holdings;
  out.fill(cash, outFrom, outFrom + count);
  let asset = 0;
  for (; asset + 3 < closes.length; asset += 4) addFourColumns(closes, quantities, asset, fromBar, count, out, outFrom);
  for (; asset < closes.length; asset++) addColumn(closes[asset]!, quantities[asset]!, fromBar, count, out, outFrom);
}

function addFourColumns(
  closes: readonly Float64Array[], quantities: Float64Array, asset: number, fromBar: number, count: number,
  out: Float64Array, outFrom: number,
): void {
  const columnA = closes[asset]!;
  const columnB = closes[asset + 1]!;
  const columnC = closes[asset + 2]!;
  const columnD = closes[asset + 3]!;
  const quantityA = quantities[asset]!;
  const quantityB = quantities[asset + 1]!;
  const quantityC = quantities[asset + 2]!;
  const quantityD = quantities[asset + 3]!;
  for (let k = 0, bar = fromBar, to = outFrom; k < count; k++, bar++, to++) {
    const firstTwo = quantityA * columnA[bar]! + quantityB * columnB[bar]!;
    out[to] = out[to]! + firstTwo + (quantityC * columnC[bar]! + quantityD * columnD[bar]!);
  }
}

function addColumn(
  column: Float64Array, quantity: number, fromBar: number, count: number, out: Float64Array, outFrom: number,
): void {
  for (let k = 0, bar = fromBar, to = outFrom; k < count; k++, bar++, to++) out[to] = out[to]! + quantity * column[bar]!;
}
