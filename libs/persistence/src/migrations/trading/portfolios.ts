/** The upper bound is what refuses NaN, which sorts above all numbers. */
const DOMAINS = [
  'CREATE DOMAIN amount AS numeric(38,18) CHECK (VALUE > -1e19 AND VALUE < 1e19)',
  'CREATE DOMAIN positive_amount AS numeric(38,18) CHECK (VALUE > 0 AND VALUE < 1e19)',
];

const TRIGGERS = [
  `CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
   END $$`,
  // What the domain's tables of transitions say, for whoever writes past the application; a test compares the two.
  `CREATE TABLE legal_transition (
     entity     text NOT NULL,
     from_state text NOT NULL,
     to_state   text NOT NULL,
     PRIMARY KEY (entity, from_state, to_state)
   )`,
  `INSERT INTO legal_transition (entity, from_state, to_state) VALUES
     ('rebalance_plan', 'draft', 'executing'), ('rebalance_plan', 'draft', 'settling'), ('rebalance_plan', 'draft', 'aborted'),
     ('rebalance_plan', 'executing', 'settling'),
     ('rebalance_plan', 'settling', 'done'), ('rebalance_plan', 'settling', 'aborted'), ('rebalance_plan', 'settling', 'needs-human'),
     ('rebalance_plan', 'needs-human', 'aborted'),
     ('order_intent', 'new', 'sending'), ('order_intent', 'new', 'skipped'),
     ('order_intent', 'sending', 'acked'), ('order_intent', 'sending', 'new'), ('order_intent', 'sending', 'rejected'), ('order_intent', 'sending', 'unknown'),
     ('order_intent', 'acked', 'filled'), ('order_intent', 'acked', 'partial'), ('order_intent', 'acked', 'canceled'),
     ('order_intent', 'unknown', 'acked'), ('order_intent', 'unknown', 'dead'), ('order_intent', 'unknown', 'needs-human'),
     ('order_intent', 'dead', 'acked'), ('order_intent', 'rejected', 'acked'),
     ('order_intent', 'needs-human', 'acked'), ('order_intent', 'needs-human', 'dead'),
     ('order_intent', 'canceled', 'filled'), ('order_intent', 'canceled', 'partial'), ('order_intent', 'partial', 'filled'),
     ('order_attempt', 'prepared', 'acked'), ('order_attempt', 'prepared', 'rejected'), ('order_attempt', 'prepared', 'not-sent'), ('order_attempt', 'prepared', 'unknown'),
     ('order_attempt', 'unknown', 'acked'), ('order_attempt', 'unknown', 'dead'),
     ('order_attempt', 'acked', 'done'), ('order_attempt', 'dead', 'acked'), ('order_attempt', 'rejected', 'acked'),
     ('portfolio', 'created', 'running'), ('portfolio', 'created', 'deleted'),
     ('portfolio', 'running', 'buys-paused'), ('portfolio', 'running', 'paused'), ('portfolio', 'running', 'stopped'),
     ('portfolio', 'buys-paused', 'running'), ('portfolio', 'buys-paused', 'paused'), ('portfolio', 'buys-paused', 'stopped'),
     ('portfolio', 'paused', 'running'), ('portfolio', 'paused', 'buys-paused'), ('portfolio', 'paused', 'stopped'), ('portfolio', 'paused', 'deleted'),
     ('portfolio', 'stopped', 'running'), ('portfolio', 'stopped', 'deleted')`,
  `CREATE FUNCTION refuse_illegal_transition() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     IF NEW.state <> OLD.state AND NOT EXISTS (
       SELECT FROM legal_transition WHERE entity = TG_TABLE_NAME AND from_state = OLD.state AND to_state = NEW.state
     ) THEN
       RAISE EXCEPTION '% cannot go from % to %', TG_TABLE_NAME, OLD.state, NEW.state USING ERRCODE = 'check_violation';
     END IF;
     NEW.version := OLD.version + 1;
     RETURN NEW;
   END $$`,
  `CREATE TABLE state_event (
     id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     entity     text NOT NULL,
     entity_id  text NOT NULL,
     from_state text,
     to_state   text NOT NULL,
     at_ms      epoch_ms NOT NULL,
     actor      text,
     cause      text
   )`,
  'CREATE INDEX state_event_by_entity ON state_event (entity, entity_id, id)',
  'CREATE TRIGGER state_event_append_only BEFORE UPDATE OR DELETE ON state_event FOR EACH ROW EXECUTE FUNCTION refuse_change()',
  // Every table that has it as a trigger has: id as TG_ARGV[0] names it, state, changed_ms, changed_by, reason.
  `CREATE FUNCTION note_state() RETURNS trigger LANGUAGE plpgsql AS $$
   DECLARE
     before text := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) ->> 'state' END;
     after_row jsonb := to_jsonb(NEW);
   BEGIN
     IF before IS DISTINCT FROM after_row ->> 'state' THEN
       INSERT INTO state_event (entity, entity_id, from_state, to_state, at_ms, actor, cause)
       VALUES (TG_TABLE_NAME, after_row ->> TG_ARGV[0], before, after_row ->> 'state', (after_row ->> 'changed_ms')::bigint, after_row ->> 'changed_by', after_row ->> 'reason');
     END IF;
     RETURN NULL;
   END $$`,
];

const ACCOUNTS = [
  `CREATE TABLE trading_account (
     id                text PRIMARY KEY CHECK (id ~ '^[a-zA-Z0-9][a-zA-Z0-9_-]{0,63}$'),
     mode              text NOT NULL CHECK (mode IN ('paper', 'live')),
     venue             text NOT NULL CHECK (venue ~ '^[A-Z0-9]{1,20}$'),
     key_fingerprint   text,
     can_withdraw      boolean,
     reconciled_ms     epoch_ms,
     mismatch_since_ms epoch_ms,
     halt_reason       text,
     open_order_count  integer NOT NULL DEFAULT 0 CHECK (open_order_count >= 0),
     executor_seen_ms  epoch_ms,
     created_ms        epoch_ms NOT NULL,
     UNIQUE (id, mode, venue)
   )`,
];

const PORTFOLIO = [
  `CREATE TABLE portfolio (
     id             text PRIMARY KEY CHECK (id ~ '^pf_[0-7][0-9A-HJKMNP-TV-Z]{25}$'),
     name           text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 64),
     mode           text NOT NULL,
     venue          text NOT NULL,
     account_id     text NOT NULL,
     state          text NOT NULL CHECK (state IN ('created', 'running', 'buys-paused', 'paused', 'stopped', 'deleted')),
     reason         text,
     shard          smallint NOT NULL CHECK (shard >= 0),
     config_version integer NOT NULL CHECK (config_version > 0),
     capital        amount NOT NULL CHECK (capital >= 0),
     is_allocated   boolean NOT NULL DEFAULT false,
     version        integer NOT NULL DEFAULT 1,
     created_ms     epoch_ms NOT NULL,
     changed_ms     epoch_ms NOT NULL,
     changed_by     text NOT NULL,
     UNIQUE (id, account_id, mode, venue),
     -- Paper and live cannot mix: the mode stands on every row and is checked by the key.
     FOREIGN KEY (account_id, mode, venue) REFERENCES trading_account (id, mode, venue)
   )`,
  `CREATE UNIQUE INDEX portfolio_name ON portfolio (name) WHERE state <> 'deleted'`,
  `CREATE INDEX portfolio_by_shard ON portfolio (venue, shard) WHERE state IN ('running', 'buys-paused', 'paused')`,
  'CREATE INDEX portfolio_by_account ON portfolio (account_id)',
  'CREATE TRIGGER portfolio_transition BEFORE UPDATE ON portfolio FOR EACH ROW EXECUTE FUNCTION refuse_illegal_transition()',
  `CREATE TRIGGER portfolio_noted AFTER INSERT OR UPDATE ON portfolio FOR EACH ROW EXECUTE FUNCTION note_state('id')`,
  `CREATE TABLE portfolio_configuration (
     portfolio_id text NOT NULL REFERENCES portfolio (id) DEFERRABLE INITIALLY DEFERRED,
     version      integer NOT NULL CHECK (version > 0),
     document     jsonb NOT NULL CHECK (jsonb_typeof(document) = 'object'),
     sha256       text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
     created_ms   epoch_ms NOT NULL,
     created_by   text NOT NULL,
     PRIMARY KEY (portfolio_id, version)
   )`,
  'CREATE TRIGGER portfolio_configuration_append_only BEFORE UPDATE OR DELETE ON portfolio_configuration FOR EACH ROW EXECUTE FUNCTION refuse_change()',
  `ALTER TABLE portfolio ADD FOREIGN KEY (id, config_version) REFERENCES portfolio_configuration (portfolio_id, version) DEFERRABLE INITIALLY DEFERRED`,
];

export const PORTFOLIOS: readonly string[] = [...DOMAINS, ...TRIGGERS, ...ACCOUNTS, ...PORTFOLIO];
