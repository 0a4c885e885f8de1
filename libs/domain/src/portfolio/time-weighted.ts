export interface ReturnIndex {
  /** 1 at the first point. */
  readonly returnIndex: number;
  readonly peakIndex: number;
  /** Distance of the index below its peak, as a fraction of the peak: 0 at it. */
  readonly drawdown: number;
}

/** Floats tell sums apart to some 1e-16 of them: a rest of this much is known to a millionth. */
const MEASURABLE = 1e-10;

/**
 * The time-weighted return, chain-linked (Global Investment Performance Standards, "true time-weighted"): each period's
 * growth without the money that came in or went out, multiplied. Flows are taken to come at the period's end, at whose
 * prices they are valued.
 * @param last the point before; null: this is the first
 * @param flows external money since then, in quote: in is above zero
 */
export function nextReturnIndex(
  last: { readonly equity: number; readonly returnIndex: number; readonly peakIndex: number } | null, equity: number, flows: number,
): ReturnIndex {
  if (last === null) return { returnIndex: 1, peakIndex: 1, drawdown: 0 };
  // From nothing there is no return, whatever comes in; nor from dust, of which the difference of large sums says nothing.
  const isMeasurable = last.equity > MEASURABLE * Math.max(Math.abs(equity), Math.abs(flows));
  const growth = last.equity > 0 && isMeasurable ? Math.max(0, equity - flows) / last.equity : 1;
  const returnIndex = last.returnIndex * growth;
  const peakIndex = Math.max(last.peakIndex, returnIndex);
  return { returnIndex, peakIndex, drawdown: peakIndex > 0 ? (peakIndex - returnIndex) / peakIndex : 0 };
}
