import type { TimeRange } from '#application';

/** SQL for "this chunk has candles in the range", given how the bounds are written. */
export function overlapping(fromMs: string, toMs: string): string {
  return `last_open_ms >= ${fromMs} AND first_open_ms <= ${toMs}`;
}

/** The bounds as numbers that SQL can compare, an open one as the end of time. Throws on anything but whole numbers. */
export function overlapParameters({ fromMs, toMs }: TimeRange): readonly [fromMs: number, toMs: number] {
  const bounds = [fromMs ?? 0, toMs ?? Number.MAX_SAFE_INTEGER] as const;
  if (!bounds.every(Number.isSafeInteger)) throw new RangeError(`a range of times needs whole milliseconds, not ${bounds.join(' to ')}`);
  return bounds;
}
