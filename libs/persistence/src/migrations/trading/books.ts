const FILLS = [
  `CREATE TABLE fill (
     account_id      text NOT NULL REFERENCES trading_account (id),
     market_id       text NOT NULL,
     venue_trade_id  text NOT NULL CHECK (char_length(venue_trade_id) BETWEEN 1 AND 128),
     venue_order_id  text NOT NULL CHECK (char_length(venue_order_id) BETWEEN 1 AND 128),
     -- Null: nobody here ordered it.
     client_order_id text REFERENCES order_attempt (client_order_id),
     portfolio_id    text REFERENCES portfolio (id),
     side            text NOT NULL CHECK (side IN ('buy', 'sell')),
     price           positive_amount NOT NULL,
     quantity        positive_amount NOT NULL,
     notional        positive_amount NOT NULL,
     fee             amount NOT NULL,
     fee_asset       text NOT NULL,
     is_maker        boolean NOT NULL,
     filled_ms       epoch_ms NOT NULL,
     booked_ms       epoch_ms NOT NULL,
     PRIMARY KEY (account_id, market_id, venue_trade_id),
     CHECK ((client_order_id IS NULL) = (portfolio_id IS NULL))
   )`,
  'CREATE INDEX fill_by_order ON fill (client_order_id)',
  'CREATE INDEX fill_by_portfolio ON fill (portfolio_id, filled_ms)',
  'CREATE TRIGGER fill_append_only BEFORE UPDATE OR DELETE ON fill FOR EACH ROW EXECUTE FUNCTION refuse_change()',
  `CREATE TABLE sweep_watermark (
     account_id   text NOT NULL REFERENCES trading_account (id),
     market_id    text NOT NULL,
     watermark_ms epoch_ms NOT NULL,
     -- What was filled before is in the books by its effect on the balances.
     begin_ms     epoch_ms NOT NULL,
     PRIMARY KEY (account_id, market_id)
   ) WITH (fillfactor = 50)`,
];

const LEDGER = [
  `CREATE TABLE ledger_transaction (
     id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     key          text NOT NULL UNIQUE CHECK (char_length(key) BETWEEN 1 AND 300),
     account_id   text NOT NULL REFERENCES trading_account (id),
     kind         text NOT NULL CHECK (kind IN ('fill', 'external-fill', 'allocation', 'release', 'external-deposit', 'external-withdrawal', 'paper-deposit', 'paper-withdrawal')),
     occurred_ms  epoch_ms NOT NULL,
     booked_ms    epoch_ms NOT NULL,
     memo         text CHECK (char_length(memo) <= 2000),
     -- Value in quote of what flowed into portfolios (out of them: negative): an array of {portfolioId, value}.
     flows        jsonb CHECK (jsonb_typeof(flows) = 'array')
   )`,
  'CREATE INDEX ledger_transaction_by_account ON ledger_transaction (account_id, id)',
  `CREATE TABLE ledger_entry (
     transaction_id bigint NOT NULL REFERENCES ledger_transaction (id),
     holder         text NOT NULL CHECK (holder IN ('portfolio', 'unassigned', 'market', 'fees', 'external')),
     portfolio_id   text REFERENCES portfolio (id),
     asset          text NOT NULL CHECK (char_length(asset) BETWEEN 1 AND 64),
     quantity       amount NOT NULL CHECK (quantity <> 0),
     UNIQUE NULLS NOT DISTINCT (transaction_id, holder, portfolio_id, asset),
     CHECK ((holder = 'portfolio') = (portfolio_id IS NOT NULL))
   )`,
  'CREATE INDEX ledger_entry_by_portfolio ON ledger_entry (portfolio_id, transaction_id) WHERE portfolio_id IS NOT NULL',
  `CREATE FUNCTION ledger_sums_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     IF (SELECT sum(quantity) FROM ledger_entry WHERE transaction_id = NEW.transaction_id AND asset = NEW.asset) <> 0 THEN
       RAISE EXCEPTION 'ledger transaction % does not sum to zero in %', NEW.transaction_id, NEW.asset USING ERRCODE = 'check_violation';
     END IF;
     RETURN NULL;
   END $$`,
  `CREATE CONSTRAINT TRIGGER ledger_sums_to_zero AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_sums_to_zero()`,
  'CREATE TRIGGER ledger_transaction_append_only BEFORE UPDATE OR DELETE ON ledger_transaction FOR EACH ROW EXECUTE FUNCTION refuse_change()',
  'CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION refuse_change()',
  // Derived: the sums of the entries, kept beside them. `portfolio_id` '' is what is unassigned.
  `CREATE TABLE holding (
     account_id   text NOT NULL REFERENCES trading_account (id),
     portfolio_id text NOT NULL,
     asset        text NOT NULL,
     quantity     amount NOT NULL,
     last_fill_ms epoch_ms,
     PRIMARY KEY (account_id, portfolio_id, asset)
   ) WITH (fillfactor = 50)`,
  'CREATE INDEX holding_by_portfolio ON holding (portfolio_id) WHERE portfolio_id <> \'\'',
  `CREATE FUNCTION keep_holding() RETURNS trigger LANGUAGE plpgsql AS $$
   DECLARE
     entry_of ledger_transaction%ROWTYPE;
   BEGIN
     IF NEW.holder NOT IN ('portfolio', 'unassigned') THEN RETURN NULL; END IF;
     SELECT * INTO STRICT entry_of FROM ledger_transaction WHERE id = NEW.transaction_id;
     INSERT INTO holding AS held (account_id, portfolio_id, asset, quantity, last_fill_ms)
     VALUES (entry_of.account_id, coalesce(NEW.portfolio_id, ''), NEW.asset, NEW.quantity, CASE entry_of.kind WHEN 'fill' THEN entry_of.occurred_ms END)
     ON CONFLICT (account_id, portfolio_id, asset) DO UPDATE
       SET quantity = held.quantity + EXCLUDED.quantity, last_fill_ms = greatest(held.last_fill_ms, EXCLUDED.last_fill_ms);
     RETURN NULL;
   END $$`,
  // Derived too: what has flowed in so far, in the same transaction as the holdings that it changed.
  `CREATE TABLE portfolio_flow (
     portfolio_id text PRIMARY KEY REFERENCES portfolio (id),
     total        double precision NOT NULL CHECK (total > '-Infinity' AND total < 'Infinity')
   )`,
  `CREATE FUNCTION keep_flow() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     INSERT INTO portfolio_flow AS flow (portfolio_id, total)
     SELECT flowed ->> 'portfolioId', sum((flowed ->> 'value')::float8) FROM jsonb_array_elements(NEW.flows) AS flowed GROUP BY 1 ORDER BY 1
     ON CONFLICT (portfolio_id) DO UPDATE SET total = flow.total + EXCLUDED.total;
     RETURN NULL;
   END $$`,
  `CREATE TRIGGER ledger_transaction_keeps_flow AFTER INSERT ON ledger_transaction
     FOR EACH ROW WHEN (NEW.flows IS NOT NULL) EXECUTE FUNCTION keep_flow()`,
  'CREATE TRIGGER ledger_entry_keeps_holding AFTER INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION keep_holding()',
];

export const BOOKS: readonly string[] = [...FILLS, ...LEDGER];
