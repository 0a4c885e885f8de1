import { LIVE_ACCOUNT } from '../trading/trading-product.js';
import { breachesOf } from './check-safety.js';
import type { FaultyProduct } from './faulty-product.js';

interface PlantedBreach {
  readonly what: string;
  /** Past the rules of the database, which would refuse nearly all of it. */
  readonly plant: readonly string[];
  readonly told: RegExp;
}

const A_FILL = '(SELECT min(venue_trade_id) FROM fill)';
const AN_ATTEMPT = '(SELECT min(client_order_id) FROM order_attempt)';

/** One breach of each kind that the checker is to find. */
export const PLANTED_BREACHES: readonly PlantedBreach[] = [
  { what: 'a fill that grew', plant: [`UPDATE fill SET quantity = quantity + 1, notional = notional + 1 WHERE venue_trade_id = ${A_FILL}`], told: /^more spent than wanted by leg/u },
  { what: 'a leg that counts wrongly', plant: ['UPDATE order_intent SET filled_quantity = filled_quantity + 1'], told: /^leg \w+ counts [\d.]+ and has fills of/u },
  { what: 'a fill that was lost', plant: [`DELETE FROM fill WHERE venue_trade_id = ${A_FILL}`], told: /^fills, .*: .+ \/ none$/u },
  { what: 'a fill without its entries', plant: [`DELETE FROM ledger_transaction WHERE id = (SELECT min(id) FROM ledger_transaction WHERE kind = 'fill')`], told: /^fills 3, ledger transactions of them 2$/u },
  { what: 'an entry that was lost', plant: [`DELETE FROM ledger_entry WHERE transaction_id = (SELECT max(id) FROM ledger_transaction) AND holder = 'market'`], told: /^ledger transaction \d+ comes to/u },
  { what: 'a holding that is not its entries', plant: ['UPDATE holding SET quantity = quantity + 1'], told: /^holdings against the entries/u },
  { what: 'a debt', plant: ['UPDATE holding SET quantity = -1'], told: /^less than nothing/u },
  { what: 'a stranger', plant: [`UPDATE fill SET client_order_id = NULL, portfolio_id = NULL WHERE venue_trade_id = ${A_FILL}`], told: /^a fill that nobody here ordered/u },
  { what: 'two attempts alive', plant: [
    'DROP INDEX one_live_attempt', 'ALTER TABLE order_attempt DROP CONSTRAINT order_attempt_intent_id_attempt_no_key',
    "UPDATE order_attempt SET state = 'prepared', intent_id = (SELECT min(id) FROM order_intent)",
  ], told: /^attempts alive of leg \w+: 3$/u },
  { what: 'an order that is not over', plant: [`UPDATE order_attempt SET state = 'unknown' WHERE client_order_id = ${AN_ATTEMPT}`], told: /^attempt \w+ is unknown$/u },
  { what: 'a step past the table', plant: [`INSERT INTO state_event (entity, entity_id, from_state, to_state, at_ms) SELECT 'order_intent', min(id), 'filled', 'new', 0 FROM order_intent`], told: /^order_intent \w+ went from filled to new/u },
  { what: 'a state without its event', plant: [`UPDATE order_attempt SET state = 'dead' WHERE client_order_id = ${AN_ATTEMPT}`], told: /is dead and its events end with done$/u },
  { what: 'a leg that an ended plan forgot', plant: ["UPDATE order_intent SET state = 'new'"], told: /^the leg \w+ of an ended plan is new$/u },
  { what: 'a plan without legs', plant: ['DELETE FROM order_intent'], told: /^the plan \w+ has no leg$/u },
  { what: 'a decision without its plan', plant: ['DELETE FROM rebalance_plan'], told: /^the evaluation \w+ is a plan without its plan$/u },
  { what: 'a job that waits', plant: ["INSERT INTO outbox (queue, job_id, payload, priority) VALUES ('plan-advance', 'planted', '{}', 1)"], told: /^undelivered job planted$/u },
  { what: 'a halted account', plant: ["UPDATE trading_account SET halt_reason = 'planted'"], told: /is halted: planted$/u },
  { what: 'books that differ', plant: ['UPDATE trading_account SET mismatch_since_ms = 1'], told: /are known to differ$/u },
  { what: 'an order under a halt', plant: ["INSERT INTO kill_switch (scope, version, state, reason, set_by, set_ms, is_current) VALUES ('all', 1, 'halt', 'planted', 'test', 1, true)"], told: /was begun under a halt$/u },
  { what: 'an order that is booked as another', plant: [`UPDATE order_attempt SET venue_order_id = 'planted' WHERE client_order_id = ${AN_ATTEMPT}`], told: /is booked as planted$/u },
  { what: 'a flow from outside', plant: [`INSERT INTO ledger_transaction (key, account_id, kind, occurred_ms, booked_ms) VALUES ('planted', '${LIVE_ACCOUNT}', 'external-withdrawal', 1, 1)`], told: /^a flow from outside was booked: planted$/u },
];

/** What the checker says while the breach stands, in a transaction that is taken back. */
export async function toldOf({ dataSource, simulator }: FaultyProduct, { plant }: PlantedBreach): Promise<readonly string[]> {
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  try {
    await runner.query('SET LOCAL session_replication_role = replica');
    for (const statement of plant) await runner.query(statement);
    return await breachesOf(runner, simulator, LIVE_ACCOUNT);
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
  }
}
