export const EVALUATIONS: readonly string[] = [
  // The open row's end and number of looks stand in `portfolio_look`, which is rewritten by every look, until it is closed.
  `CREATE TABLE evaluation (
     id             text PRIMARY KEY CHECK (id ~ '^ev_[0-7][0-9A-HJKMNP-TV-Z]{25}$'),
     portfolio_id   text NOT NULL REFERENCES portfolio (id),
     look_seq       bigint NOT NULL CHECK (look_seq > 0),
     first_ms       epoch_ms NOT NULL,
     last_ms        epoch_ms,
     look_count     integer CHECK (look_count > 0),
     config_version integer NOT NULL,
     code_version   text NOT NULL,
     kind           text NOT NULL CHECK (kind IN ('hold', 'plan')),
     reason         text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 64),
     detail         text CHECK (char_length(detail) <= 2000),
     -- What the reason is about: holds of one reason about the same thing are one row.
     subject        text CHECK (char_length(subject) <= 300),
     declined       jsonb NOT NULL,
     input          jsonb NOT NULL,
     input_sha256   text NOT NULL CHECK (input_sha256 ~ '^[0-9a-f]{64}$'),
     FOREIGN KEY (portfolio_id, config_version) REFERENCES portfolio_configuration (portfolio_id, version),
     -- One evaluation for each tick of a portfolio.
     UNIQUE (portfolio_id, look_seq),
     UNIQUE (portfolio_id, first_ms),
     CHECK (last_ms >= first_ms),
     CHECK ((last_ms IS NULL) = (look_count IS NULL))
   )`,
  `CREATE TABLE portfolio_look (
     portfolio_id         text PRIMARY KEY REFERENCES portfolio (id),
     look_seq             bigint NOT NULL DEFAULT 0,
     last_look_ms         epoch_ms,
     -- Null: at once.
     next_look_ms         epoch_ms,
     look_requested_ms    epoch_ms,
     evaluation_id        text REFERENCES evaluation (id),
     evaluation_looks     integer NOT NULL DEFAULT 0,
     CHECK ((evaluation_id IS NULL) = (evaluation_looks = 0))
   ) WITH (fillfactor = 50)`,
  // Whoever changes a portfolio asks for a look and takes a number, so that what was decided about it before is overtaken.
  `CREATE FUNCTION portfolio_look_before_update() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     IF NEW.look_seq < OLD.look_seq OR (NEW.look_seq > OLD.look_seq AND NEW.last_look_ms <= OLD.last_look_ms AND NEW.look_requested_ms IS NULL) THEN
       RAISE EXCEPTION 'looks at portfolio % cannot go back', OLD.portfolio_id USING ERRCODE = 'check_violation';
     END IF;
     RETURN NEW;
   END $$`,
  `CREATE TRIGGER portfolio_look_before_update BEFORE UPDATE ON portfolio_look FOR EACH ROW EXECUTE FUNCTION portfolio_look_before_update()`,
  `CREATE TABLE equity_point (
     portfolio_id text NOT NULL REFERENCES portfolio (id),
     at_ms        epoch_ms NOT NULL,
     equity       double precision NOT NULL CHECK (equity > '-Infinity' AND equity < 'Infinity'),
     cash         double precision NOT NULL CHECK (cash > '-Infinity' AND cash < 'Infinity'),
     flows        double precision NOT NULL CHECK (flows > '-Infinity' AND flows < 'Infinity'),
     -- Sum of all flows up to here: what the next point's are counted from.
     flows_total  double precision NOT NULL CHECK (flows_total > '-Infinity' AND flows_total < 'Infinity'),
     -- Whose assets were valued.
     config_version integer NOT NULL,
     return_index double precision NOT NULL CHECK (return_index > '-Infinity' AND return_index < 'Infinity'),
     peak_index   double precision NOT NULL CHECK (peak_index >= return_index AND peak_index < 'Infinity'),
     PRIMARY KEY (portfolio_id, at_ms)
   )`,
];
