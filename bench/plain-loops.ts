/** Holdings that never change, and the columns in both layouts. */
export interface PlainLoopInput {
  readonly closes: readonly Float64Array[];
  readonly closesByRow: Float64Array;
  readonly bars: number;
  readonly quantities: Float64Array;
  readonly cash: number;
  readonly upsideThreshold: number;
  readonly downsideThreshold: number;
  readonly maxPosition: number;
  readonly equity: Float64Array;
}

/** Values, sum, lowest, highest, equity and the three thresholds, bar by bar over one column per asset. */
export function plainColumnLoop(input: PlainLoopInput): number {
  const { closes, bars, quantities, cash, equity, maxPosition } = input;
  const assets = closes.length;
  const upside = 1 + input.upsideThreshold;
  const downside = 1 - input.downsideThreshold;
  let triggers = 0;
  for (let bar = 0; bar < bars; bar++) {
    let sum = 0;
    let lowest = Infinity;
    let highest = -Infinity;
    for (let asset = 0; asset < assets; asset++) {
      const value = quantities[asset]! * closes[asset]![bar]!;
      sum += value;
      if (value < lowest) lowest = value;
      if (value > highest) highest = value;
    }
    const mean = sum / assets;
    equity[bar] = sum + cash;
    if (highest > mean * upside || lowest < mean * downside || highest > maxPosition * (sum + cash)) triggers++;
  }
  return triggers;
}

/** The same over one block that holds a bar's closes side by side. */
export function plainRowMajorLoop(input: PlainLoopInput): number {
  const { closesByRow, bars, quantities, cash, equity, maxPosition } = input;
  const assets = quantities.length;
  const upside = 1 + input.upsideThreshold;
  const downside = 1 - input.downsideThreshold;
  let triggers = 0;
  for (let bar = 0, first = 0; bar < bars; bar++, first += assets) {
    let sum = 0;
    let lowest = Infinity;
    let highest = -Infinity;
    for (let asset = 0; asset < assets; asset++) {
      const value = quantities[asset]! * closesByRow[first + asset]!;
      sum += value;
      if (value < lowest) lowest = value;
      if (value > highest) highest = value;
    }
    const mean = sum / assets;
    equity[bar] = sum + cash;
    if (highest > mean * upside || lowest < mean * downside || highest > maxPosition * (sum + cash)) triggers++;
  }
  return triggers;
}
