import type { MemoryDatabase } from '../store/memory-database.js';
import type { AttemptRow } from '../store/rows.js';
import { OverTrades } from './over-trades.js';
import type { Violations } from './violations.js';

const LIVE: ReadonlySet<string> = new Set(['prepared', 'unknown', 'acked']);

const GIVEN_UP: ReadonlySet<string> = new Set(['dead', 'rejected', 'not-sent']);

export interface AcceptedOrder {
  readonly clientOrderId: string | null;
  readonly marketId: string;
  readonly accountId: string;
}

export interface OrderWatchParts {
  readonly mayReplay: boolean;
  /** The exchange refused what it took: that is given up for its word's sake, and has to come to light. */
  readonly isLie: (clientOrderId: string) => boolean;
  /** The exchange's answers may be older than the dead rule waits: what it gives up then may exist, within the caps. */
  readonly mayOverTrade: boolean;
  /** Whether the exchange has filled anything of it by now. */
  readonly hasTraded: (attempt: AttemptRow, marketId: string) => boolean;
  /** False: the exchange's clock was set a while ago, and what it said of a request's window holds no more. */
  readonly isServerSteady: () => boolean;
}

export interface OrderWatch {
  /** A request of an order has left. */
  onPost(clientOrderId: string, signedMs: number): void;
  /** The exchange took one. */
  onAccepted(order: AcceptedOrder): void;
  readonly lateAccepts: () => number;
  /** What the exchange took without anybody's wish: its edge repeated a request. They must come to light. */
  readonly replayed: () => readonly string[];
}

/** I1 to I3, at the wire and at the exchange: one request for each id, one live attempt and one order for each leg. */
export function watchOrders(database: MemoryDatabase, violations: Violations, { mayReplay, mayOverTrade, isLie, hasTraded, isServerSteady }: OrderWatchParts): OrderWatch {
  const posts = new Map<string, number>();
  const accepted = new Map<string, string[]>();
  const replayed: string[] = [];
  const overTrades = new OverTrades(database);
  let late = 0;
  database.attempts.watch((attempt, before) => {
    if (!LIVE.has(attempt.state) || before?.state === attempt.state) return;
    const live = database.indexes.attemptsOfIntent(attempt.intentId).filter(({ state }) => LIVE.has(state));
    if (live.length > 1) violations.report('I2', `intent ${attempt.intentId} has ${live.length} live attempts: ${live.map(named).join(', ')}`);
  });

  // Promise 4: what is unknown is no failure. Whatever is given up for one must not have been filled.
  database.attempts.watch((attempt, before) => {
    if (!GIVEN_UP.has(attempt.state) || before === null || before.state === attempt.state) return;
    if (attempt.state === 'rejected' && isLie(attempt.clientOrderId)) return;
    if (!hasTraded(attempt, database.intents.get(attempt.intentId)!.marketId)) return;
    if (!mayOverTrade || attempt.state !== 'dead') return violations.report('P4', `${attempt.clientOrderId} became ${attempt.state}, and the exchange has filled it`);
    for (const excess of overTrades.add(attempt)) violations.report('P4', excess);
  });

  const onPost = (clientOrderId: string, signedMs: number): void => {
    const count = (posts.get(clientOrderId) ?? 0) + 1;
    posts.set(clientOrderId, count);
    if (count > 1) violations.report('I1', `${clientOrderId} was sent ${count} times`);
    const attempt = database.attempts.get(clientOrderId);
    if (attempt === undefined) violations.report('I1', `${clientOrderId} was sent and no attempt of that id is saved`);
    // The exchange's window is what keeps a late request from being taken: it has to begin where it was saved to begin.
    else if (attempt.signMs !== signedMs) violations.report('P4', `${clientOrderId} was signed with ${signedMs}, and ${attempt.signMs} is saved`);
  };

  const onAccepted = ({ clientOrderId, marketId }: AcceptedOrder): void => {
    if (clientOrderId === null || !clientOrderId.startsWith('r')) return;
    const attempt = database.attempts.get(clientOrderId);
    if (attempt === undefined) return violations.report('I3', `the exchange took ${clientOrderId} in ${marketId}, of which no attempt is saved`);
    if (GIVEN_UP.has(attempt.state)) {
      late += 1;
      if (isServerSteady()) violations.report('P4', `${clientOrderId} was ${attempt.state} when the exchange took it`);
    }
    const ids = accepted.get(attempt.intentId) ?? [];
    if (mayReplay && ids.includes(clientOrderId)) return void replayed.push(clientOrderId);
    accepted.set(attempt.intentId, [...ids, clientOrderId]);
    if (ids.length > 0) violations.report('I3', `intent ${attempt.intentId} came to be ${ids.length + 1} orders: ${[...ids, clientOrderId].join(', ')}`);
  };

  return { onPost, onAccepted, lateAccepts: () => late, replayed: () => replayed };
}

const named = ({ clientOrderId, state }: AttemptRow): string => `${clientOrderId} ${state}`;
