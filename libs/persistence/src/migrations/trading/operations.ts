export const OPERATIONS: readonly string[] = [
  // Of a queue whose jobs coalesce: those with the same key, of which one waits at most.
  'ALTER TABLE outbox ADD COLUMN coalesce_key text CHECK (char_length(coalesce_key) BETWEEN 1 AND 100)',
  `CREATE TABLE reconciliation_run (
     id           text PRIMARY KEY CHECK (id ~ '^rc_[0-7][0-9A-HJKMNP-TV-Z]{25}$'),
     account_id   text NOT NULL REFERENCES trading_account (id),
     cause        text NOT NULL CHECK (cause IN ('startup', 'schedule', 'plan', 'operator', 'kill-switch')),
     state        text NOT NULL CHECK (state IN ('requested', 'done', 'failed')),
     is_equal     boolean,
     asset_count  integer,
     differences  jsonb NOT NULL DEFAULT '[]',
     problem      text CHECK (char_length(problem) <= 2000),
     requested_ms epoch_ms NOT NULL,
     finished_ms  epoch_ms,
     CHECK ((state = 'requested') = (finished_ms IS NULL)),
     CHECK ((state = 'done') = (is_equal IS NOT NULL)),
     CHECK (is_equal IS NULL OR is_equal = (differences = '[]'))
   )`,
  'CREATE INDEX reconciliation_run_by_account ON reconciliation_run (account_id, requested_ms)',
  `CREATE INDEX reconciliation_run_requested ON reconciliation_run (requested_ms) WHERE state = 'requested'`,
  // One row for each change; the newest of a scope is what holds.
  `CREATE TABLE kill_switch (
     scope   text NOT NULL CHECK (scope = 'all' OR scope ~ '^(account|portfolio):[a-zA-Z0-9_-]{1,64}$'),
     version integer NOT NULL CHECK (version > 0),
     state   text NOT NULL CHECK (state IN ('run', 'reduce-only', 'halt')),
     reason  text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 2000),
     set_by  text NOT NULL,
     set_ms  epoch_ms NOT NULL,
     is_current boolean NOT NULL,
     PRIMARY KEY (scope, version)
   )`,
  'CREATE UNIQUE INDEX kill_switch_current ON kill_switch (scope) WHERE is_current',
  `CREATE TABLE breaker (
     key           text PRIMARY KEY CHECK (char_length(key) BETWEEN 1 AND 128),
     open_until_ms epoch_ms NOT NULL,
     reason        text NOT NULL CHECK (char_length(reason) <= 2000),
     opened_ms     epoch_ms NOT NULL
   )`,
  // A client's name for a request, and the id that what it makes takes, laid down before it is made.
  `CREATE TABLE request_key (
     principal      text NOT NULL,
     key            text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
     request_sha256 text NOT NULL CHECK (request_sha256 ~ '^[0-9a-f]{64}$'),
     reserved_id    text NOT NULL CHECK (char_length(reserved_id) BETWEEN 1 AND 64),
     created_ms     epoch_ms NOT NULL,
     PRIMARY KEY (principal, key)
   )`,
  'CREATE INDEX request_key_by_age ON request_key (created_ms)',
  // The venue's side of paper: no part of the books, which are compared with it as with any other venue.
  `CREATE TABLE paper_balance (
     account_id text NOT NULL REFERENCES trading_account (id),
     asset      text NOT NULL,
     free       amount NOT NULL CHECK (free >= 0),
     PRIMARY KEY (account_id, asset)
   )`,
  `CREATE TABLE paper_order (
     account_id      text NOT NULL REFERENCES trading_account (id),
     client_order_id text NOT NULL,
     market_id       text NOT NULL,
     document        jsonb NOT NULL,
     created_ms      epoch_ms NOT NULL,
     PRIMARY KEY (account_id, client_order_id)
   )`,
  `CREATE TABLE paper_fill (
     account_id     text NOT NULL REFERENCES trading_account (id),
     venue_trade_id text NOT NULL,
     market_id      text NOT NULL,
     document       jsonb NOT NULL,
     filled_ms      epoch_ms NOT NULL,
     PRIMARY KEY (account_id, venue_trade_id)
   )`,
  'CREATE INDEX paper_fill_by_market ON paper_fill (account_id, market_id, filled_ms)',
];
