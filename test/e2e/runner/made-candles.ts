import type { CandleColumns as StoredColumns, SeriesIdentity } from '#domain';

const MINUTE_MS = 60_000;
export const FIRST_OPEN_MS = Date.UTC(2026, 0, 1);

/** A made series: a seeded walk that stays within a factor of three of its start, so that no run overflows. */
export function madeCandles(seed: number, bars: number): StoredColumns {
  const columns = {
    openTimesMs: new Float64Array(bars), opens: new Float64Array(bars), highs: new Float64Array(bars),
    lows: new Float64Array(bars), closes: new Float64Array(bars), volumes: new Float64Array(bars).fill(1),
  };
  let state = seed * 2_654_435_761;
  let log = 0;
  for (let bar = 0; bar < bars; bar++) {
    const open = Math.exp(log);
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    log = Math.max(-1.1, Math.min(1.1, log + (state / 2 ** 32 - 0.5) * 0.02));
    const close = Math.exp(log);
    columns.openTimesMs[bar] = FIRST_OPEN_MS + bar * MINUTE_MS;
    columns.opens[bar] = open;
    columns.closes[bar] = close;
    columns.highs[bar] = Math.max(open, close);
    columns.lows[bar] = Math.min(open, close);
  }
  return columns;
}

export const identityOf = (base: string): SeriesIdentity => ({ exchange: 'MEXC', base, quote: 'USDT', interval: '1m' });
