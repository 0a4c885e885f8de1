import type { EquityPoint } from '#application';
import type { EquityRow } from './rows.js';

/**
 * The first point stands alone; the rest of the time is dealt into equal stretches of which the last point stands, with the
 * flows and the worst drawdown of all.
 * @param rows ascending
 */
export function thinnedEquity(rows: readonly EquityRow[], limit: number): EquityPoint[] {
  const [firstMs, spanMs] = [rows[0]?.atMs ?? 0, (rows.at(-1)?.atMs ?? 0) - (rows[0]?.atMs ?? 0)];
  const stretchOf = ({ atMs }: EquityRow): number => (rows.length <= limit ? atMs - firstMs : Math.ceil(((atMs - firstMs) * (limit - 1)) / spanMs));
  const stretches: EquityRow[][] = [];
  for (const [index, row] of rows.entries()) {
    if (index > 0 && stretchOf(row) === stretchOf(rows[index - 1]!)) stretches.at(-1)!.push(row);
    else stretches.push([row]);
  }
  return stretches.map(pointOf);
}

function pointOf(stretch: readonly EquityRow[]): EquityPoint {
  const { atMs, equity, cash, returnIndex } = stretch.at(-1)!;
  const drawdowns = stretch.flatMap((row) => (row.peakIndex === 0 ? [] : [1 - row.returnIndex / row.peakIndex]));
  return { atMs, equity, cash, flows: stretch.reduce((sum, { flows }) => sum + flows, 0), returnIndex, drawdown: drawdowns.length === 0 ? 0 : Math.max(...drawdowns) };
}
