import type { CandleColumns, SeriesIdentity } from '#domain';

const FIRST_OPEN_MS = 1_672_531_200_000;
const MINUTE_MS = 60_000;

export const identityOf = (series: number): SeriesIdentity => ({ exchange: 'BENCH', base: `Q${series}`, quote: 'USDT', interval: '1m' });

/** A made series: a seeded walk between a third and three times its start. A shorter one is the longer one's beginning. */
export function madeColumns(series: number, bars: number): CandleColumns {
  const column = (): Float64Array => new Float64Array(bars);
  const columns = { openTimesMs: column(), opens: column(), highs: column(), lows: column(), closes: column(), volumes: column().fill(1) };
  let state = (series + 1) * 2_654_435_761;
  let log = 0;
  for (let bar = 0; bar < bars; bar++) {
    const open = Math.exp(log);
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    log = Math.max(-1.1, Math.min(1.1, log + (state / 2 ** 32 - 0.5) * 0.002));
    const close = Math.exp(log);
    columns.openTimesMs[bar] = FIRST_OPEN_MS + bar * MINUTE_MS;
    columns.opens[bar] = open;
    columns.closes[bar] = close;
    columns.highs[bar] = Math.max(open, close);
    columns.lows[bar] = Math.min(open, close);
  }
  return columns;
}
