import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Runs, what they leave behind, the outbox that puts them on a queue, and the keys that make a submission idempotent. */
export class Runs1764000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

const RUN_TABLE = `
  CREATE TABLE backtest_run (
    id                text PRIMARY KEY CHECK (char_length(id) BETWEEN 4 AND 64),
    status            text NOT NULL CHECK (status IN ('queued', 'running', 'completed', 'failed', 'canceled')),
    spec              jsonb NOT NULL,
    exchange          text NOT NULL,
    interval_name     text NOT NULL,
    assets            text[] NOT NULL,
    spec_sha256       text NOT NULL CHECK (spec_sha256 ~ '^[0-9a-f]{64}$'),
    data_fingerprint  text NOT NULL,
    code_version      text NOT NULL,
    priority          text NOT NULL CHECK (priority IN ('interactive', 'bulk')),
    name              text,
    tags              text[] NOT NULL,
    note              text,
    progress_fraction double precision NOT NULL DEFAULT 0 CHECK (progress_fraction BETWEEN 0 AND 1),
    simulated_ms      double precision,
    bars_per_second   double precision,
    figures           jsonb,
    final_value       double precision GENERATED ALWAYS AS ((figures ->> 'finalValue')::double precision) STORED,
    total_return      double precision GENERATED ALWAYS AS ((figures ->> 'totalReturn')::double precision) STORED,
    max_drawdown      double precision GENERATED ALWAYS AS ((figures ->> 'maxDrawdown')::double precision) STORED,
    sharpe            double precision GENERATED ALWAYS AS ((figures ->> 'sharpe')::double precision) STORED,
    notices           jsonb NOT NULL,
    error             jsonb,
    cancel_requested_at timestamptz,
    version           integer NOT NULL DEFAULT 1,
    dispatch_count    integer NOT NULL DEFAULT 0,
    lease_epoch       integer NOT NULL DEFAULT 0,
    lost_lease_count  integer NOT NULL DEFAULT 0,
    lease_until       timestamptz,
    runner_id         text,
    next_action_at    timestamptz,
    created_at        timestamptz NOT NULL,
    started_at        timestamptz,
    finished_at       timestamptz,
    CHECK ((status = 'running') = (lease_until IS NOT NULL)),
    CHECK ((status = 'queued') = (next_action_at IS NOT NULL)),
    CHECK ((status IN ('completed', 'failed', 'canceled')) = (finished_at IS NOT NULL)),
    CHECK ((status = 'completed') = (figures IS NOT NULL)),
    CHECK ((status = 'failed') = (error IS NOT NULL))
  ) WITH (fillfactor = 80)`;

/** Figures are null until a run is finished; then they sort below all others, in the one order that an index can hold. */
const FIGURE_INDEXES = ['final_value', 'total_return', 'max_drawdown', 'sharpe'].map(
  (column) => `CREATE INDEX backtest_run_by_${column} ON backtest_run ((coalesce(${column}, '-Infinity')), id)`,
);

const REFUSE_ILLEGAL_TRANSITION = `
  CREATE FUNCTION backtest_run_before_update() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.status <> OLD.status AND NOT (
      (OLD.status = 'queued' AND NEW.status IN ('running', 'canceled', 'failed')) OR
      (OLD.status = 'running' AND NEW.status IN ('queued', 'completed', 'failed', 'canceled'))
    ) THEN
      RAISE EXCEPTION 'backtest run % cannot go from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'check_violation';
    END IF;
    NEW.version := OLD.version + 1;
    RETURN NEW;
  END $$`;

const TELL_OF_CHANGE = `
  CREATE FUNCTION backtest_run_changed() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('backtest_run_changed', coalesce(NEW.id, OLD.id));
    RETURN NULL;
  END $$`;

const TELL_OF_JOB = `
  CREATE FUNCTION outbox_filled() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('outbox', '');
    RETURN NULL;
  END $$`;

const RESULT_TABLES = [
  `CREATE TABLE backtest_result (
     run_id   text PRIMARY KEY REFERENCES backtest_run (id) ON DELETE CASCADE,
     document jsonb NOT NULL
   )`,
  `CREATE TABLE backtest_series (
     run_id      text NOT NULL REFERENCES backtest_run (id) ON DELETE CASCADE,
     name        text NOT NULL,
     point_count integer NOT NULL CHECK (point_count >= 0),
     values      bytea NOT NULL CHECK (octet_length(values) = 8 * point_count),
     PRIMARY KEY (run_id, name)
   )`,
  // Float64 noise does not compress; trying costs more than the result.
  'ALTER TABLE backtest_series ALTER COLUMN values SET STORAGE EXTERNAL',
  `CREATE TABLE backtest_trade (
     run_id    text NOT NULL REFERENCES backtest_run (id) ON DELETE CASCADE,
     seq       integer NOT NULL CHECK (seq >= 0),
     time_ms   double precision NOT NULL,
     side      text NOT NULL CHECK (side IN ('buy', 'sell')),
     asset     text NOT NULL,
     quantity  double precision NOT NULL,
     price     double precision NOT NULL,
     value     double precision NOT NULL,
     fee       double precision NOT NULL,
     rebalance integer,
     PRIMARY KEY (run_id, seq)
   )`,
  `CREATE TABLE backtest_rebalance (
     run_id text NOT NULL REFERENCES backtest_run (id) ON DELETE CASCADE,
     seq    integer NOT NULL CHECK (seq >= 0),
     body   jsonb NOT NULL,
     PRIMARY KEY (run_id, seq)
   )`,
];

const UP = [
  RUN_TABLE,
  'CREATE INDEX backtest_run_by_created_at ON backtest_run (created_at, id)',
  ...FIGURE_INDEXES,
  'CREATE INDEX backtest_run_by_tags ON backtest_run USING gin (tags)',
  `CREATE INDEX backtest_run_finished ON backtest_run (spec_sha256, data_fingerprint, code_version, finished_at) WHERE status = 'completed'`,
  // On the id, not on a time: a heartbeat then touches no index, and the sweeper reads the few open rows in order.
  `CREATE INDEX backtest_run_open ON backtest_run (id) WHERE status IN ('queued', 'running')`,
  REFUSE_ILLEGAL_TRANSITION,
  `CREATE TRIGGER backtest_run_before_update BEFORE UPDATE ON backtest_run
     FOR EACH ROW EXECUTE FUNCTION backtest_run_before_update()`,
  TELL_OF_CHANGE,
  `CREATE TRIGGER backtest_run_came_or_went AFTER INSERT OR DELETE ON backtest_run
     FOR EACH ROW EXECUTE FUNCTION backtest_run_changed()`,
  `CREATE TRIGGER backtest_run_changed AFTER UPDATE ON backtest_run FOR EACH ROW
     WHEN ((OLD.status, OLD.progress_fraction, OLD.simulated_ms, OLD.cancel_requested_at)
       IS DISTINCT FROM (NEW.status, NEW.progress_fraction, NEW.simulated_ms, NEW.cancel_requested_at))
     EXECUTE FUNCTION backtest_run_changed()`,
  ...RESULT_TABLES,
  `CREATE TABLE outbox (
     id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     queue         text NOT NULL,
     job_id        text NOT NULL UNIQUE,
     payload       jsonb NOT NULL,
     priority      integer NOT NULL CHECK (priority > 0),
     available_at  timestamptz NOT NULL DEFAULT now(),
     dispatched_at timestamptz,
     attempts      integer NOT NULL DEFAULT 0,
     last_error    text
   )`,
  'CREATE INDEX outbox_undelivered ON outbox (id) WHERE dispatched_at IS NULL',
  'CREATE INDEX outbox_delivered ON outbox (dispatched_at) WHERE dispatched_at IS NOT NULL',
  TELL_OF_JOB,
  'CREATE TRIGGER outbox_filled AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION outbox_filled()',
  `CREATE TABLE idempotency_key (
     principal      text NOT NULL,
     key            text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
     request_sha256 text NOT NULL,
     run_id         text NOT NULL REFERENCES backtest_run (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
     created_at     timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (principal, key)
   )`,
  'CREATE INDEX idempotency_key_by_run ON idempotency_key (run_id)',
  'CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at)',
];

const DOWN = [
  'DROP TABLE idempotency_key, outbox, backtest_rebalance, backtest_trade, backtest_series, backtest_result, backtest_run',
  'DROP FUNCTION outbox_filled, backtest_run_changed, backtest_run_before_update',
];
