import type { PoolClient } from 'pg';
import { holesIn, INTERVAL_MS, spansWithout, type CandleColumns, type OpenTimeSpan } from '#domain';
import { prepared } from '../session/sql.js';
import { growStretch } from './contiguous-stretch.js';
import type { LockedSeries } from './series-rows.js';

interface GapRow extends OpenTimeSpan {
  readonly id: number;
  readonly state: 'open' | 'accepted';
}

/** When a gap that was met just now is asked for again. */
const FIRST_RETRY = `now() + interval '1 minute'`;

/** One series' gaps, within a transaction that holds the series' row. */
export class GapRows {
  constructor(
    private readonly client: Pick<PoolClient, 'query'>,
    private readonly series: Pick<LockedSeries, 'id' | 'identity'>,
  ) {}

  /** Takes the candles, which are stored now, out of the gaps that they lie in. */
  async fill({ openTimesMs }: CandleColumns): Promise<void> {
    if (openTimesMs.length === 0) return;
    const gaps = await this.touching({ fromMs: openTimesMs[0]!, toMs: openTimesMs.at(-1)! });
    const cut = gaps
      .map((gap) => ({ gap, left: holesIn(openTimesMs, gap, this.intervalMs) }))
      .filter(({ gap, left }) => left.length !== 1 || left[0]!.fromMs !== gap.fromMs || left[0]!.toMs !== gap.toMs);
    if (cut.length === 0) return;
    await this.markFilled(cut.filter(({ left }) => left.length === 0).map(({ gap }) => gap));
    await this.resize(cut.flatMap(({ gap, left }) => (left.length === 0 ? [] : [{ ...gap, ...left[0]! }])));
    await this.split(cut.flatMap(({ gap, left }) => left.slice(1).map((span) => ({ ...gap, ...span }))));
    await growStretch(this.client, this.series.id, null);
  }

  /** Holes that no gap tells of yet become open gaps, or lengthen the open gap that they follow. Returns how many are new. */
  async note(holes: readonly OpenTimeSpan[], marketId: string): Promise<number> {
    if (holes.length === 0) return 0;
    const { intervalMs } = this;
    const known = await this.touching({ fromMs: holes[0]!.fromMs - intervalMs, toMs: holes.at(-1)!.toMs + intervalMs });
    const unknown = spansWithout(holes, known, intervalMs);
    const before = new Map(known.filter((gap) => gap.state === 'open').map((gap) => [gap.toMs + intervalMs, gap]));
    const fresh = unknown.filter((hole) => !before.has(hole.fromMs));
    await this.resize(unknown.flatMap(({ fromMs, toMs }) => (before.has(fromMs) ? [{ ...before.get(fromMs)!, toMs }] : [])));
    await this.insert(fresh, marketId);
    return fresh.length;
  }

  private get intervalMs(): number {
    return INTERVAL_MS[this.series.identity.interval];
  }

  private async touching({ fromMs, toMs }: OpenTimeSpan): Promise<GapRow[]> {
    const { rows } = await this.client.query<GapRow>(prepared(
      `SELECT id::float8 AS id, from_ms::float8 AS "fromMs", to_ms::float8 AS "toMs", state FROM candle_gap
       WHERE int4range(series_id, series_id, '[]') && int4range($1, $1, '[]') AND int8range(from_ms, to_ms, '[]') && int8range($2, $3, '[]')
         AND state <> 'filled' ORDER BY from_ms`,
      [this.series.id, Math.max(0, fromMs), toMs],
    ));
    return rows;
  }

  private async markFilled(gaps: readonly GapRow[]): Promise<void> {
    if (gaps.length === 0) return;
    await this.client.query(
      `UPDATE candle_gap SET state = 'filled', next_try_at = NULL, settled_at = now() WHERE id = ANY ($1::bigint[])`,
      [gaps.map(({ id }) => id)],
    );
  }

  private async resize(gaps: readonly GapRow[]): Promise<void> {
    if (gaps.length === 0) return;
    await this.client.query(
      `UPDATE candle_gap SET from_ms = changed.from_ms, to_ms = changed.to_ms
       FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS changed (id, from_ms, to_ms) WHERE candle_gap.id = changed.id`,
      [gaps.map(({ id }) => id), ...boundsOf(gaps)],
    );
  }

  /** More rows like the one that they were part of. */
  private async split(gaps: readonly GapRow[]): Promise<void> {
    if (gaps.length === 0) return;
    await this.client.query(
      `INSERT INTO candle_gap (series_id, market_id, from_ms, to_ms, state, attempts, next_try_at, found_at, settled_at)
       SELECT series_id, market_id, part.from_ms, part.to_ms, state, attempts, next_try_at, found_at, settled_at
       FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS part (id, from_ms, to_ms) JOIN candle_gap USING (id)`,
      [gaps.map(({ id }) => id), ...boundsOf(gaps)],
    );
  }

  private async insert(holes: readonly OpenTimeSpan[], marketId: string): Promise<void> {
    if (holes.length === 0) return;
    await this.client.query(
      `INSERT INTO candle_gap (series_id, market_id, from_ms, to_ms, state, next_try_at)
       SELECT $1, $2, from_ms, to_ms, 'open', ${FIRST_RETRY} FROM unnest($3::bigint[], $4::bigint[]) AS hole (from_ms, to_ms)`,
      [this.series.id, marketId, ...boundsOf(holes)],
    );
  }
}

const boundsOf = (spans: readonly OpenTimeSpan[]): [number[], number[]] => [spans.map(({ fromMs }) => fromMs), spans.map(({ toMs }) => toMs)];
