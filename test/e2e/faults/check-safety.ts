import { z } from 'zod';
import { compareBooks, unsettled, type Queryable } from '../trading/compare-books.js';
import type { SimulatorProcess } from '../simulator/simulator-process.js';

/** Design: what a plan, a leg of it and an attempt at it may become. Written down here a second time, from the protocol and not from the product. */
const LEGAL: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  rebalance_plan: { draft: ['executing', 'settling', 'aborted'], executing: ['settling'], settling: ['done', 'aborted', 'needs-human'], 'needs-human': ['aborted'] },
  order_intent: {
    new: ['sending', 'skipped'], sending: ['acked', 'new', 'rejected', 'unknown'], acked: ['filled', 'partial', 'canceled'], unknown: ['acked', 'dead', 'needs-human'],
    dead: ['acked'], rejected: ['acked'], 'needs-human': ['acked', 'dead'], canceled: ['filled', 'partial'], partial: ['filled'],
  },
  order_attempt: { prepared: ['acked', 'rejected', 'not-sent', 'unknown'], unknown: ['acked', 'dead'], acked: ['done'], dead: ['acked'], rejected: ['acked'] },
};
const FIRST: Readonly<Record<string, readonly string[]>> = { rebalance_plan: ['draft'], order_intent: ['new', 'skipped'], order_attempt: ['prepared'] };

/** Lines of the comparison that are no matter of time. */
const DOUBLED = /^(?:POSTs|acceptances|orders for the intent) of /u;

const StateEvent = z.object({ entity: z.string(), id: z.string(), before: z.string().nullable(), after: z.string() });
const Lines = z.array(z.object({ line: z.string() }));

export interface SafetyOptions {
  /** While a plan is under way: what must hold at any time, without what must hold at rest. */
  readonly isAtRest?: boolean;
}

/**
 * Everything that a database and a simulator say together against the invariants of the product, one line for each breach:
 * I1 to I7, I8 where it is the kill switch, I10 and I11 of the protocol, read by SQL and the simulator's own word alone.
 */
export async function breachesOf(
  database: Queryable, simulator: Pick<SimulatorProcess, 'control'>, accountId: string, { isAtRest = true }: SafetyOptions = {},
): Promise<readonly string[]> {
  const breaches = [...(await linesOf(database, ALWAYS)), ...(await illegalTransitions(database))];
  const { differences } = await compareBooks(database, simulator, accountId);
  if (!isAtRest) return [...breaches, ...differences.filter((line) => DOUBLED.test(line))];
  return [...breaches, ...differences, ...(await unsettled(database)), ...(await linesOf(database, AT_REST))];
}

async function linesOf(database: Queryable, text: string): Promise<readonly string[]> {
  return Lines.parse(await database.query(text)).map(({ line }) => line);
}

/** Each row's events must be a chain of legal steps that ends in what the row says now. */
async function illegalTransitions(database: Queryable): Promise<readonly string[]> {
  const events = StateEvent.array().parse(await database.query(EVENTS));
  const current = new Map<string, string>();
  const breaches: string[] = [];
  for (const { entity, id, before, after } of events) {
    const key = `${entity} ${id}`;
    const isNext = (current.get(key) ?? null) === before;
    const legal = before === null ? FIRST[entity] : LEGAL[entity]?.[before];
    if (!isNext || legal?.includes(after) !== true) breaches.push(`${key} went from ${before ?? 'nothing'} to ${after} after ${current.get(key) ?? 'nothing'}`);
    current.set(key, after);
  }
  const rows = z.array(z.object({ key: z.string(), state: z.string() })).parse(await database.query(STATES));
  return [...breaches, ...rows.filter(({ key, state }) => current.get(key) !== state).map(({ key, state }) => `${key} is ${state} and its events end with ${current.get(key) ?? 'nothing'}`)];
}

const EVENTS = `SELECT entity, entity_id AS id, from_state AS before, to_state AS after FROM state_event WHERE entity IN ('rebalance_plan', 'order_intent', 'order_attempt') ORDER BY state_event.id`;
const STATES = `SELECT 'rebalance_plan ' || id AS key, state FROM rebalance_plan UNION ALL SELECT 'order_intent ' || id, state FROM order_intent
  UNION ALL SELECT 'order_attempt ' || client_order_id, state FROM order_attempt`;

/** Legs with what was filled of them, told by the fills and by nothing else. */
const FILLED = `SELECT intent.*, coalesce(sum(fill.quantity), 0) AS quantity_of_fills, coalesce(sum(fill.notional), 0) AS notional_of_fills
  FROM order_intent intent LEFT JOIN order_attempt attempt ON attempt.intent_id = intent.id LEFT JOIN fill ON fill.client_order_id = attempt.client_order_id GROUP BY intent.id`;

const ALWAYS = `WITH filled AS (${FILLED})
  SELECT 'more sold than wanted by leg ' || id AS line FROM filled WHERE side = 'sell' AND quantity_of_fills > quantity
  UNION ALL SELECT 'more spent than wanted by leg ' || id FROM filled WHERE side = 'buy' AND notional_of_fills > quote_value
  UNION ALL SELECT 'leg ' || id || ' counts ' || filled_quantity || ' and has fills of ' || quantity_of_fills FROM filled WHERE filled_quantity <> quantity_of_fills OR filled_notional <> notional_of_fills
  UNION ALL SELECT 'attempts alive of leg ' || intent_id || ': ' || count(*) FROM order_attempt WHERE state IN ('prepared', 'unknown', 'acked') GROUP BY intent_id HAVING count(*) > 1
  UNION ALL SELECT 'open plans of ' || portfolio_id || ': ' || count(*) FROM rebalance_plan WHERE state NOT IN ('done', 'aborted') GROUP BY portfolio_id HAVING count(*) > 1
  UNION ALL SELECT 'plans of evaluation ' || evaluation_id || ': ' || count(*) FROM rebalance_plan GROUP BY evaluation_id HAVING count(*) > 1
  UNION ALL SELECT 'evaluations of ' || portfolio_id || ' at ' || first_ms || ': ' || count(*) FROM evaluation GROUP BY portfolio_id, first_ms HAVING count(*) > 1
  UNION ALL SELECT 'the evaluation ' || id || ' is a plan without its plan' FROM evaluation WHERE kind = 'plan' AND NOT EXISTS (SELECT FROM rebalance_plan WHERE evaluation_id = evaluation.id)
  UNION ALL SELECT 'the plan ' || id || ' has no leg' FROM rebalance_plan WHERE NOT EXISTS (SELECT FROM order_intent WHERE plan_id = rebalance_plan.id)
  UNION ALL SELECT 'ledger transaction ' || transaction_id || ' comes to ' || sum(quantity) || ' ' || asset FROM ledger_entry GROUP BY transaction_id, asset HAVING sum(quantity) <> 0
  UNION ALL SELECT 'fills ' || (SELECT count(*) FROM fill) || ', ledger transactions of them ' || count(*) FROM ledger_transaction WHERE kind IN ('fill', 'external-fill') HAVING count(*) <> (SELECT count(*) FROM fill)
  UNION ALL SELECT 'a fill that nobody here ordered: ' || venue_trade_id FROM fill WHERE client_order_id IS NULL
  UNION ALL SELECT 'less than nothing: ' || quantity || ' ' || asset || ' of ' || portfolio_id FROM holding WHERE quantity < 0
  UNION ALL SELECT 'the attempt ' || client_order_id || ' was begun under a halt' FROM order_attempt JOIN kill_switch halt ON halt.scope = 'all' AND halt.state = 'halt' AND created_ms > halt.set_ms
    WHERE NOT EXISTS (SELECT FROM kill_switch later WHERE later.scope = 'all' AND later.version > halt.version AND later.set_ms <= created_ms)`;

const AT_REST = `SELECT 'undelivered job ' || job_id AS line FROM outbox WHERE dispatched_at IS NULL AND available_at <= now()
  UNION ALL SELECT 'the leg ' || order_intent.id || ' of an ended plan is ' || order_intent.state FROM order_intent JOIN rebalance_plan plan ON plan.id = plan_id WHERE plan.state IN ('done', 'aborted') AND order_intent.state = 'new'
  UNION ALL SELECT 'the account ' || id || ' is halted: ' || halt_reason FROM trading_account WHERE halt_reason IS NOT NULL
  UNION ALL SELECT 'the books of ' || id || ' are known to differ' FROM trading_account WHERE mismatch_since_ms IS NOT NULL
  UNION ALL SELECT 'a flow from outside was booked: ' || key FROM ledger_transaction WHERE kind = 'external-withdrawal' OR (kind = 'external-deposit' AND occurred_ms > (SELECT min(created_ms) FROM portfolio))`;
