import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Candles as packed columns: one row of `candle_chunk` holds up to one period of one series, each column a run of
 * little-endian float64. What reaches the packed bytes is checked at the door, by the candle rules; what stands in
 * scalar columns is checked here once more.
 */
export class Candles1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

const UP = [
  // NaN sorts above infinity in Postgres, so the upper bound refuses both.
  `CREATE DOMAIN price_value AS double precision CHECK (VALUE > 0 AND VALUE < 'Infinity')`,
  `CREATE DOMAIN volume_value AS double precision CHECK (VALUE >= 0 AND VALUE < 'Infinity')`,
  `CREATE DOMAIN epoch_ms AS bigint CHECK (VALUE >= 0 AND VALUE < 9007199254740992)`,

  `CREATE TABLE candle_series (
     id                integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     exchange          text NOT NULL CHECK (exchange ~ '^[A-Z0-9]{1,32}$'),
     base              text NOT NULL CHECK (char_length(base) BETWEEN 1 AND 32),
     quote             text NOT NULL CHECK (char_length(quote) BETWEEN 1 AND 32 AND quote <> base),
     candle_interval   text NOT NULL,
     interval_ms       bigint NOT NULL CHECK (interval_ms > 0),
     first_open_ms     epoch_ms,
     last_open_ms      epoch_ms,
     candle_count      bigint NOT NULL DEFAULT 0 CHECK (candle_count >= 0),
     gap_count         bigint NOT NULL DEFAULT 0 CHECK (gap_count >= 0),
     missing_count     bigint NOT NULL DEFAULT 0 CHECK (missing_count >= 0),
     zero_volume_count bigint NOT NULL DEFAULT 0 CHECK (zero_volume_count BETWEEN 0 AND candle_count),
     updated_at        timestamptz NOT NULL DEFAULT now(),
     UNIQUE (exchange, base, quote, candle_interval),
     CHECK ((candle_count = 0) = (first_open_ms IS NULL)),
     CHECK ((candle_count = 0) = (last_open_ms IS NULL)),
     CHECK (first_open_ms <= last_open_ms)
   )`,

  `CREATE TABLE candle_chunk (
     series_id         integer NOT NULL REFERENCES candle_series (id) ON DELETE CASCADE,
     period_start_ms   epoch_ms NOT NULL,
     first_open_ms     epoch_ms NOT NULL,
     last_open_ms      epoch_ms NOT NULL,
     candle_count      integer NOT NULL CHECK (candle_count > 0),
     gap_count         integer NOT NULL CHECK (gap_count >= 0),
     zero_volume_count integer NOT NULL CHECK (zero_volume_count BETWEEN 0 AND candle_count),
     content_sha256    bytea NOT NULL CHECK (octet_length(content_sha256) = 32),
     open_times        bytea NOT NULL CHECK (octet_length(open_times) = 8 * candle_count),
     opens             bytea NOT NULL CHECK (octet_length(opens) = 8 * candle_count),
     highs             bytea NOT NULL CHECK (octet_length(highs) = 8 * candle_count),
     lows              bytea NOT NULL CHECK (octet_length(lows) = 8 * candle_count),
     closes            bytea NOT NULL CHECK (octet_length(closes) = 8 * candle_count),
     volumes           bytea NOT NULL CHECK (octet_length(volumes) = 8 * candle_count),
     PRIMARY KEY (series_id, period_start_ms),
     CHECK (period_start_ms <= first_open_ms AND first_open_ms <= last_open_ms)
   )`,
  // Out of line and uncompressed: a scan of the headers touches no candle, and a read of closes touches closes only.
  ...['open_times', 'opens', 'highs', 'lows', 'closes', 'volumes'].map(
    (column) => `ALTER TABLE candle_chunk ALTER COLUMN ${column} SET STORAGE EXTERNAL`,
  ),

  `CREATE TABLE candle_correction (
     id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     series_id    integer NOT NULL REFERENCES candle_series (id) ON DELETE CASCADE,
     open_time_ms epoch_ms NOT NULL,
     old_open     price_value NOT NULL,
     old_high     price_value NOT NULL,
     old_low      price_value NOT NULL,
     old_close    price_value NOT NULL,
     old_volume   volume_value NOT NULL,
     new_open     price_value NOT NULL,
     new_high     price_value NOT NULL,
     new_low      price_value NOT NULL,
     new_close    price_value NOT NULL,
     new_volume   volume_value NOT NULL,
     source       text NOT NULL CHECK (char_length(source) BETWEEN 1 AND 1024),
     detected_at  timestamptz NOT NULL DEFAULT now()
   )`,
  `CREATE INDEX candle_correction_by_candle ON candle_correction (series_id, open_time_ms)`,
];

const DOWN = [
  'DROP TABLE candle_correction',
  'DROP TABLE candle_chunk',
  'DROP TABLE candle_series',
  'DROP DOMAIN epoch_ms',
  'DROP DOMAIN volume_value',
  'DROP DOMAIN price_value',
];
