import {
  aClientOrderId, aHolding, anAttempt, anIntent, aPlan, aPortfolio, aTradingAccount, NOW_MS, openTradingDatabase, type AccountRow, type IntentRow, type PlanRow,
  type PortfolioRow, type TradingDatabase,
} from './trading-rows.js';

/** What the database refuses, whoever writes: the last line behind the application's own rules. */
let rows: TradingDatabase;
beforeAll(async () => {
  rows = await openTradingDatabase(2);
});
afterAll(() => rows.close());

let account: AccountRow;
let portfolio: PortfolioRow;
let plan: PlanRow;
let intent: IntentRow;
beforeEach(async () => {
  account = await aTradingAccount(rows);
  portfolio = await aPortfolio(rows, account);
  plan = await aPlan(rows, portfolio);
  intent = await anIntent(rows, plan);
});

/** SQLSTATE of what the statement is refused with; null: it went through. */
async function refusalOf(attempt: Promise<unknown>): Promise<string | null> {
  try {
    await attempt;
    return null;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

const move = (table: string, key: string, id: string, state: string) =>
  refusalOf(rows.query(`UPDATE ${table} SET state = $2, changed_ms = $3 WHERE ${key} = $1`, [id, state, NOW_MS]));

/** Into the account's unassigned money, and out of the world outside. */
const entriesOf = (quantities: readonly [string, string]) =>
  rows.query(
    `WITH booked AS (INSERT INTO ledger_transaction (key, account_id, kind, occurred_ms, booked_ms) VALUES ($1, $2, 'external-deposit', $3, $3) RETURNING id)
     INSERT INTO ledger_entry (transaction_id, holder, asset, quantity)
     SELECT id, 'unassigned', 'USDT', $4::numeric FROM booked UNION ALL SELECT id, 'external', 'USDT', $5::numeric FROM booked`,
    [`rules:${quantities.join('/')}:${account.id}`, account.id, NOW_MS, ...quantities],
  );

const UNIQUE = '23505';
const CHECK = '23514';
const FOREIGN_KEY = '23503';
const OUT_OF_RANGE = '22003';
const APPEND_ONLY = '42501';

describe('one at a time', () => {
  it.each(['draft', 'executing', 'settling', 'needs-human'])('a second open plan is refused while the first is %s', async (state) => {
    const other = await aPortfolio(rows, account);
    await aPlan(rows, other, { state });
    expect(await refusalOf(aPlan(rows, other))).toBe(UNIQUE);
  });

  it.each(['done', 'aborted'])('a plan that is %s makes room for the next', async (state) => {
    const other = await aPortfolio(rows, account);
    await aPlan(rows, other, { state });
    expect(await refusalOf(aPlan(rows, other))).toBeNull();
  });

  it.each(['prepared', 'unknown', 'acked'])('a second live attempt is refused while the first is %s', async (state) => {
    await anAttempt(rows, intent, { state });
    expect(await refusalOf(anAttempt(rows, intent, { attemptNo: 2 }))).toBe(UNIQUE);
  });

  it.each(['rejected', 'not-sent', 'dead', 'done'])('an attempt that is %s makes room for the next', async (state) => {
    await anAttempt(rows, intent, { state });
    expect(await refusalOf(anAttempt(rows, intent, { attemptNo: 2 }))).toBeNull();
  });

  it('a client order id is used once, in whatever account', async () => {
    const clientOrderId = aClientOrderId();
    await anAttempt(rows, intent, { clientOrderId });
    const elsewhere = await anIntent(rows, await aPlan(rows, await aPortfolio(rows, await aTradingAccount(rows))));
    expect(await refusalOf(anAttempt(rows, elsewhere, { clientOrderId }))).toBe(UNIQUE);
  });

  it('no intent has a sixth attempt', async () => {
    expect(await refusalOf(anAttempt(rows, intent, { attemptNo: 6 }))).toBe(CHECK);
    expect(await refusalOf(rows.query('UPDATE order_intent SET attempt_count = 6 WHERE id = $1', [intent.id]))).toBe(CHECK);
  });
});

describe('transitions', () => {
  it('of a plan, an intent and an attempt are refused where the tables do not have them', async () => {
    const attempt = await anAttempt(rows, intent);
    expect(await move('rebalance_plan', 'id', plan.id, 'draft')).toBe(CHECK);
    expect(await move('order_intent', 'id', intent.id, 'filled')).toBe(CHECK);
    expect(await move('order_attempt', 'client_order_id', attempt, 'dead')).toBe(CHECK);
  });

  it('that are legal raise the version and leave an event', async () => {
    expect(await move('order_intent', 'id', intent.id, 'sending')).toBeNull();
    expect(await rows.query('SELECT state, version FROM order_intent WHERE id = $1', [intent.id])).toEqual([{ state: 'sending', version: 2 }]);
    expect(await rows.query('SELECT from_state, to_state FROM state_event WHERE entity_id = $1 ORDER BY id', [intent.id])).toEqual([
      { from_state: null, to_state: 'new' }, { from_state: 'new', to_state: 'sending' },
    ]);
  });

  it('under a lease that was lost change nothing', async () => {
    const claimed = await anIntent(rows, plan, { leg: 1, state: 'sending', leaseEpoch: 2 });
    const changed = await rows.query(`UPDATE order_intent SET state = 'acked' WHERE id = $1 AND lease_epoch = 1 RETURNING id`, [claimed.id]);
    expect(changed).toEqual([]);
  });
});

describe('amounts', () => {
  it.each(['NaN', 'Infinity', '0', '-1', '10000000000000000000'])('a quantity of %s is refused', async (quantity) => {
    expect(await refusalOf(anIntent(rows, plan, { leg: 1, quantity }))).toBe(quantity === 'Infinity' ? OUT_OF_RANGE : CHECK);
  });

  it.each(['NaN', '0', '-600'])('a value of %s is refused', async (value) => {
    expect(await refusalOf(anIntent(rows, plan, { leg: 1, side: 'buy', quoteValue: value }))).toBe(CHECK);
    expect(await refusalOf(anAttempt(rows, intent, { notional: value }))).toBe(CHECK);
  });
});

describe('the books', () => {
  it.each(['ledger_transaction', 'ledger_entry', 'state_event', 'portfolio_configuration'])('%s is only added to', async (table) => {
    await aHolding(rows, account, portfolio.id, 'USDT', '100');
    const [column] = await rows.query<{ name: string }>(`SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1 AND is_identity = 'NO' LIMIT 1`, [table]);
    expect(await refusalOf(rows.query(`UPDATE ${table} SET ${column!.name} = ${column!.name}`))).toBe(APPEND_ONLY);
    expect(await refusalOf(rows.query(`DELETE FROM ${table}`))).toBe(APPEND_ONLY);
  });

  it('take a transaction only if it sums to zero', async () => {
    expect(await refusalOf(entriesOf(['10', '-10']))).toBeNull();
    expect(await refusalOf(entriesOf(['10', '-9.999999999999999999']))).toBe(CHECK);
    expect(await rows.query(`SELECT quantity::float8 AS quantity FROM holding WHERE account_id = $1`, [account.id])).toEqual([{ quantity: 10 }]);
  });
});

it('paper and live cannot mix', async () => {
  const paper = await aTradingAccount(rows, { mode: 'paper' });
  expect(await refusalOf(aPortfolio(rows, { ...paper, mode: 'live' }))).toBe(FOREIGN_KEY);
  expect(await refusalOf(aPlan(rows, { ...portfolio, account: paper }, { state: 'done' }))).toBe(FOREIGN_KEY);
});
