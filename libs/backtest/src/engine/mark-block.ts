import { RANGE_BLOCK_BARS } from '../columns/panel.js';

/**
 * The equity of constant holdings at the closes of `count` bars from `fromBar` on, at most RANGE_BLOCK_BARS of them. What
 * it returns is valid until the next call.
 */
export type MarkBlock = (
  closes: readonly Float64Array[], quantities: Float64Array, cash: number, fromBar: number, count: number,
) => Float64Array;

export const markBlock: MarkBlock = createMarkBlock();

/** Called once, for the one function above: V8 then takes the array for a constant, which makes the loops twice as fast. */
function createMarkBlock(): MarkBlock {
  const block = new Float64Array(RANGE_BLOCK_BARS);
  return (closes, quantities, cash, fromBar, count) => {
    block.fill(cash);
    let asset = 0;
    for (; asset + 3 < closes.length; asset += 4) addFourColumns(closes, quantities, asset, fromBar, count, block);
    for (; asset < closes.length; asset++) addColumn(closes[asset]!, quantities[asset]!, fromBar, count, block);
    return block;
  };
}

/** Four columns at a time: the block is then read and written a fourth as often. */
function addFourColumns(
  closes: readonly Float64Array[], quantities: Float64Array, asset: number, fromBar: number, count: number,
  block: Float64Array,
): void {
  const columnA = closes[asset]!;
  const columnB = closes[asset + 1]!;
  const columnC = closes[asset + 2]!;
  const columnD = closes[asset + 3]!;
  const quantityA = quantities[asset]!;
  const quantityB = quantities[asset + 1]!;
  const quantityC = quantities[asset + 2]!;
  const quantityD = quantities[asset + 3]!;
  for (let k = 0, bar = fromBar; k < count; k++, bar++) {
    const firstTwo = quantityA * columnA[bar]! + quantityB * columnB[bar]!;
    block[k] = block[k]! + firstTwo + (quantityC * columnC[bar]! + quantityD * columnD[bar]!);
  }
}

function addColumn(column: Float64Array, quantity: number, fromBar: number, count: number, block: Float64Array): void {
  for (let k = 0, bar = fromBar; k < count; k++, bar++) block[k] = block[k]! + quantity * column[bar]!;
}
