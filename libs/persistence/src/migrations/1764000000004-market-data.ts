import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What an exchange lists and how it is, requests for candle history and how far they have come, what of a series has been
 * asked for, its gaps, and its recent edge.
 */
export class MarketData1764000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

const VENUE = `text NOT NULL CHECK (venue ~ '^[A-Z0-9]{1,20}$')`;
const MARKET_ID = 'text NOT NULL CHECK (char_length(market_id) BETWEEN 1 AND 64)';
const SERIES_KEY = `
     exchange        text NOT NULL CHECK (exchange ~ '^[A-Z0-9]{1,20}$'),
     base            text NOT NULL CHECK (char_length(base) BETWEEN 1 AND 32),
     quote           text NOT NULL CHECK (char_length(quote) BETWEEN 1 AND 32 AND quote <> base),
     candle_interval text NOT NULL,
     interval_ms     bigint NOT NULL CHECK (interval_ms > 0),
     market_id       ${MARKET_ID}`;

const MARKETS = [
  `CREATE TABLE market (
     venue         ${VENUE},
     market_id     ${MARKET_ID},
     base          text NOT NULL CHECK (char_length(base) BETWEEN 1 AND 64),
     quote         text NOT NULL CHECK (char_length(quote) BETWEEN 1 AND 64),
     rules         jsonb NOT NULL CHECK (jsonb_typeof(rules) = 'object'),
     tradability   jsonb NOT NULL CHECK (tradability ->> 'kind' IN ('tradable', 'untradable')),
     is_listed     boolean NOT NULL,
     first_seen_ms epoch_ms NOT NULL,
     seen_ms       epoch_ms NOT NULL,
     PRIMARY KEY (venue, market_id),
     CHECK (first_seen_ms <= seen_ms)
   )`,
  // Not unique: a name is given anew while the old market of that name is still known.
  'CREATE INDEX market_by_pair ON market (venue, base, quote)',
  `CREATE TABLE venue_status (
     venue             ${VENUE} PRIMARY KEY,
     origin            text NOT NULL CHECK (char_length(origin) BETWEEN 1 AND 300),
     is_reachable      boolean NOT NULL,
     last_answer_ms    epoch_ms,
     problem           text CHECK (char_length(problem) <= 2000),
     clock_offset_ms   double precision,
     round_trip_ms     double precision CHECK (round_trip_ms >= 0),
     markets_loaded_ms epoch_ms,
     updated_ms        epoch_ms NOT NULL,
     CHECK (NOT is_reachable OR problem IS NULL)
   )`,
];

/** The states and their guard are those of `backtest_run`; beyond that, what has been covered stays covered. */
const BACKFILLS = [
  `CREATE TABLE candle_backfill (
     id               text PRIMARY KEY CHECK (id ~ '^bf_[0-7][0-9A-HJKMNP-TV-Z]{25}$'),
     status           text NOT NULL CHECK (status IN ('queued', 'running', 'completed', 'failed', 'canceled')),${SERIES_KEY},
     from_ms          epoch_ms NOT NULL,
     to_ms            epoch_ms NOT NULL CHECK (to_ms >= from_ms),
     next_from_ms     epoch_ms NOT NULL,
     inserted_count   bigint NOT NULL DEFAULT 0 CHECK (inserted_count >= 0),
     unchanged_count  bigint NOT NULL DEFAULT 0 CHECK (unchanged_count >= 0),
     corrected_count  bigint NOT NULL DEFAULT 0 CHECK (corrected_count >= 0),
     gap_count        bigint NOT NULL DEFAULT 0 CHECK (gap_count >= 0),
     is_followed      boolean NOT NULL,
     problem          jsonb,
     notice           jsonb,
     failed_looks     integer NOT NULL DEFAULT 0 CHECK (failed_looks >= 0),
     failing_since    timestamptz,
     version          integer NOT NULL DEFAULT 1,
     dispatch_count   integer NOT NULL DEFAULT 0,
     lease_epoch      integer NOT NULL DEFAULT 0,
     lost_lease_count integer NOT NULL DEFAULT 0,
     lease_until      timestamptz,
     worker_id        text,
     next_action_at   timestamptz,
     created_at       timestamptz NOT NULL,
     started_at       timestamptz,
     finished_at      timestamptz,
     CHECK (next_from_ms BETWEEN from_ms AND to_ms + interval_ms),
     CHECK ((from_ms - to_ms) % interval_ms = 0 AND (next_from_ms - from_ms) % interval_ms = 0),
     CHECK ((status = 'running') = (lease_until IS NOT NULL)),
     CHECK ((status = 'queued') = (next_action_at IS NOT NULL)),
     CHECK ((status IN ('completed', 'failed', 'canceled')) = (finished_at IS NOT NULL)),
     CHECK (status <> 'completed' OR next_from_ms = to_ms + interval_ms),
     CHECK (status <> 'failed' OR problem IS NOT NULL)
   ) WITH (fillfactor = 80)`,
  `CREATE UNIQUE INDEX candle_backfill_open_once ON candle_backfill (exchange, base, quote, candle_interval, from_ms, to_ms, is_followed)
     WHERE status IN ('queued', 'running')`,
  `CREATE INDEX candle_backfill_open ON candle_backfill (id) WHERE status IN ('queued', 'running')`,
  `CREATE FUNCTION candle_backfill_before_update() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     IF NEW.status <> OLD.status AND NOT (
       (OLD.status = 'queued' AND NEW.status IN ('running', 'canceled', 'failed')) OR
       (OLD.status = 'running' AND NEW.status IN ('queued', 'completed', 'failed', 'canceled'))
     ) THEN
       RAISE EXCEPTION 'backfill % cannot go from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'check_violation';
     END IF;
     IF NEW.next_from_ms < OLD.next_from_ms THEN
       RAISE EXCEPTION 'backfill % cannot go back from % to %', OLD.id, OLD.next_from_ms, NEW.next_from_ms USING ERRCODE = 'check_violation';
     END IF;
     NEW.version := OLD.version + 1;
     RETURN NEW;
   END $$`,
  `CREATE TRIGGER candle_backfill_before_update BEFORE UPDATE ON candle_backfill
     FOR EACH ROW EXECUTE FUNCTION candle_backfill_before_update()`,
  `CREATE TABLE followed_series (${SERIES_KEY},
     followed_at     timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (exchange, base, quote, candle_interval)
   )`,
];

/**
 * `asked`: the times that the exchange was asked for, [first open time, open time after the last). Within one of its
 * ranges every open time is a stored candle or lies in a gap that is not `filled`. The contiguous stretch is the part
 * of such a range without open gaps that began with the first candle fetched; it only ever grows.
 */
const SERIES = [
  `ALTER TABLE candle_series
     ADD COLUMN asked int8multirange NOT NULL DEFAULT '{}',
     ADD COLUMN contiguous_from_ms epoch_ms,
     ADD COLUMN contiguous_to_ms epoch_ms,
     ADD CHECK ((contiguous_from_ms IS NULL) = (contiguous_to_ms IS NULL)),
     ADD CHECK (contiguous_from_ms <= contiguous_to_ms),
     ADD CHECK (contiguous_from_ms IS NULL OR asked @> int8range(contiguous_from_ms, contiguous_to_ms, '[]'))`,
  `CREATE FUNCTION candle_series_before_update() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     IF OLD.contiguous_to_ms IS NOT NULL
        AND (NEW.contiguous_to_ms IS NULL OR NEW.contiguous_to_ms < OLD.contiguous_to_ms OR NEW.contiguous_from_ms > OLD.contiguous_from_ms) THEN
       RAISE EXCEPTION 'the watermark of series % cannot go back', OLD.id USING ERRCODE = 'check_violation';
     END IF;
     RETURN NEW;
   END $$`,
  `CREATE TRIGGER candle_series_before_update BEFORE UPDATE OF contiguous_from_ms, contiguous_to_ms ON candle_series
     FOR EACH ROW EXECUTE FUNCTION candle_series_before_update()`,
  // Two ranges in place of an integer's equality, which GiST has only by an extension.
  `CREATE TABLE candle_gap (
     id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     series_id   integer NOT NULL REFERENCES candle_series (id) ON DELETE CASCADE,
     market_id   ${MARKET_ID},
     from_ms     epoch_ms NOT NULL,
     to_ms       epoch_ms NOT NULL CHECK (to_ms >= from_ms),
     state       text NOT NULL CHECK (state IN ('open', 'accepted', 'filled')),
     attempts    integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
     next_try_at timestamptz,
     found_at    timestamptz NOT NULL DEFAULT now(),
     settled_at  timestamptz,
     CHECK ((state = 'open') = (next_try_at IS NOT NULL)),
     CHECK ((state = 'open') = (settled_at IS NULL)),
     EXCLUDE USING gist (int4range(series_id, series_id, '[]') WITH &&, int8range(from_ms, to_ms, '[]') WITH &&)
       WHERE (state <> 'filled')
   )`,
  `CREATE INDEX candle_gap_open ON candle_gap (series_id, from_ms) WHERE state = 'open'`,
  `CREATE INDEX candle_gap_due ON candle_gap (next_try_at) WHERE state = 'open'`,
  `CREATE INDEX candle_gap_filled ON candle_gap (settled_at) WHERE state = 'filled'`,
  `CREATE INDEX candle_gap_by_series ON candle_gap (series_id, from_ms) WHERE state <> 'filled'`,
  // The recent edge: every candle here is younger than all in the series' chunks.
  `CREATE TABLE candle_edge (
     series_id    integer NOT NULL REFERENCES candle_series (id) ON DELETE CASCADE,
     open_time_ms epoch_ms NOT NULL,
     open         price_value NOT NULL,
     high         price_value NOT NULL,
     low          price_value NOT NULL,
     close        price_value NOT NULL,
     volume       volume_value NOT NULL,
     PRIMARY KEY (series_id, open_time_ms),
     CHECK (high >= low AND open BETWEEN low AND high AND close BETWEEN low AND high)
   )`,
];

const UP = [...MARKETS, ...BACKFILLS, ...SERIES];

/**
 * What stands at the recent edge alone goes with it, since no table before it could hold that, and can be fetched again. The
 * figures of its series are counted anew from the headers of chunks, so that they do not tell of candles that are gone.
 */
const COVERAGE_OF_CHUNKS = `
  UPDATE candle_series series SET first_open_ms = counted.first, last_open_ms = counted.last, candle_count = counted.candles, gap_count = counted.gaps,
    missing_count = coalesce((counted.last - counted.first) / interval_ms + 1 - counted.candles, 0), zero_volume_count = counted.zeros, updated_at = now()
  FROM (
    SELECT edged.series_id, min(first_open_ms) AS first, max(last_open_ms) AS last, coalesce(sum(candle_count), 0) AS candles,
           coalesce(sum(gap_count + (first_open_ms > last_before + edged.interval_ms)::int), 0) AS gaps, coalesce(sum(zero_volume_count), 0) AS zeros
    FROM (SELECT id AS series_id, interval_ms FROM candle_series WHERE EXISTS (SELECT FROM candle_edge WHERE series_id = candle_series.id)) edged
    LEFT JOIN (SELECT *, coalesce(lag(last_open_ms::bigint) OVER (PARTITION BY series_id ORDER BY period_start_ms), first_open_ms) AS last_before
               FROM candle_chunk) chunk USING (series_id)
    GROUP BY edged.series_id
  ) counted
  WHERE series.id = counted.series_id`;

const DOWN = [
  COVERAGE_OF_CHUNKS,
  'DROP TABLE candle_edge, candle_gap, followed_series, candle_backfill, venue_status, market',
  'DROP TRIGGER candle_series_before_update ON candle_series',
  'DROP FUNCTION candle_backfill_before_update, candle_series_before_update',
  'ALTER TABLE candle_series DROP COLUMN contiguous_to_ms, DROP COLUMN contiguous_from_ms, DROP COLUMN asked',
];
