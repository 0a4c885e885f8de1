import { z } from 'zod';
import type { ExchangeState } from '../exchange-state.js';
import { FAULT_KINDS, ROWS_OF_OTHERS, ROWS_PLAYED_OTHERWISE, faultKind } from '../faults/fault-kinds.js';
import { LIMITS } from '../limits.js';
import { BalanceChange, ClockChange, CourseChange, FaultRequest, MarketChange, RateLimitChange } from './control-schemas.js';
import { ControlProblem, parseBody } from './control-problem.js';

export interface ControlCall {
  readonly state: ExchangeState;
  readonly body: unknown;
  /** The address's last part, where the route has one for an id. */
  readonly id: string;
}

export interface ControlRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** An id at the end is written as `:id`. */
  readonly path: string;
  readonly status?: number;
  readonly handle: (call: ControlCall) => unknown;
}

/** The operator's switches. */
export const CONTROL_ROUTES: readonly ControlRoute[] = [
  { method: 'GET', path: '/livez', handle: () => ({ status: 'ok' }) },
  { method: 'GET', path: '/fault-kinds', handle: describeFaults },
  { method: 'GET', path: '/faults', handle: ({ state }) => ({ faults: state.faults.list() }) },
  { method: 'POST', path: '/faults', status: 201, handle: addFault },
  { method: 'DELETE', path: '/faults', handle: ({ state }) => (state.faults.clear(), { faults: [] }) },
  { method: 'DELETE', path: '/faults/:id', handle: removeFault },
  { method: 'GET', path: '/clock', handle: clockOf },
  { method: 'PUT', path: '/clock', handle: shiftClock },
  { method: 'PUT', path: '/course', handle: changeCourse },
  { method: 'GET', path: '/balances', handle: balancesOf },
  { method: 'PUT', path: '/balances', handle: setBalance },
  { method: 'GET', path: '/markets', handle: ({ state }) => ({ markets: state.venue.markets() }) },
  { method: 'PATCH', path: '/markets/:id', handle: changeMarket },
  { method: 'GET', path: '/rate-limits', handle: ({ state }) => state.limits.settings },
  { method: 'PUT', path: '/rate-limits', handle: changeLimits },
  { method: 'GET', path: '/counters', handle: ({ state }) => state.records.counters() },
  { method: 'DELETE', path: '/counters', handle: ({ state }) => (state.records.reset(), state.records.counters()) },
  { method: 'GET', path: '/accepted', handle: acceptedOf },
  { method: 'GET', path: '/requests', handle: ({ state }) => state.records.recentRequests() },
];

function describeFaults(): unknown {
  const kinds = FAULT_KINDS.map(({ name, rows, words, parameters }) => ({ name, rows, words, parameters: z.toJSONSchema(parameters, { io: 'input' }).properties }));
  return { kinds, rowsPlayedOtherwise: ROWS_PLAYED_OTHERWISE, rowsOfOthers: ROWS_OF_OTHERS };
}

function addFault({ state, body }: ControlCall): unknown {
  const request = parseBody(FaultRequest, body);
  const parameters = parseBody(faultKind(request.fault).parameters, request.parameters, '/parameters');
  if (state.faults.isFull) throw new ControlProblem(409, 'too-many-faults', 'remove a fault first: DELETE /faults/:id');
  return state.faults.add({ ...request, parameters }, state.clock.nowMs());
}

function removeFault({ state, id }: ControlCall): unknown {
  if (!state.faults.remove(id)) throw new ControlProblem(404, 'not-found', `there is no ${id}: see GET /faults`);
  return { faults: state.faults.list() };
}

function clockOf({ state: { clock } }: ControlCall): unknown {
  return { shiftMs: clock.shiftMs, serverTimeMs: clock.nowMs() };
}

function shiftClock(call: ControlCall): unknown {
  call.state.clock.setShift(parseBody(ClockChange, call.body).shiftMs);
  return clockOf(call);
}

function changeCourse({ state: { venue, clock }, body }: ControlCall): unknown {
  const fromMs = venue.changeCourse(parseBody(CourseChange, body), clock.venueMs());
  const quotes = venue.markets().map(({ rules }) => [rules.marketId, venue.bestQuotes(rules.marketId, fromMs)] as const);
  return { quotes: Object.fromEntries(quotes) };
}

function balancesOf({ state: { accounts, venue, clock } }: ControlCall): unknown {
  venue.advance(clock.venueMs());
  return { accounts: [...accounts.values()].map(({ id }) => ({ id, balances: venue.balances(id) })) };
}

/** What the venue knows now, newest first: this survives a restart, and no counter's reset touches it. */
function acceptedOf({ state: { accounts, venue, clock } }: ControlCall): unknown {
  const nowMs = clock.venueMs();
  venue.advance(nowMs);
  const owned = [...accounts.values()].flatMap(({ id }) => venue.markets().map(({ rules }) => [id, rules.marketId] as const));
  const orders = owned.flatMap(([id, marketId]) => venue.orders(id, marketId, 0, nowMs, LIMITS.accepted));
  const fills = owned.flatMap(([id, marketId]) => venue.fills(id, marketId, 0, nowMs, LIMITS.accepted));
  return {
    orders: orders.sort((one, other) => other.createdMs - one.createdMs).slice(0, LIMITS.accepted),
    fills: fills.sort((one, other) => other.timeMs - one.timeMs).slice(0, LIMITS.accepted),
  };
}

function setBalance(call: ControlCall): unknown {
  const { asset, free } = parseBody(BalanceChange, call.body);
  const { accounts, venue, clock } = call.state;
  venue.advance(clock.venueMs());
  for (const { id } of accounts.values()) venue.setFree(id, asset, free);
  return balancesOf(call);
}

function changeMarket({ state: { venue, clock }, body, id }: ControlCall): unknown {
  const change = parseBody(MarketChange, body);
  // What prices have done until now was done under the rules of until now.
  venue.advance(clock.venueMs());
  if (!venue.changeRules(id, change)) throw new ControlProblem(404, 'not-found', `there is no market ${id}: see GET /markets`);
  return venue.markets().find(({ rules }) => rules.marketId === id);
}

function changeLimits({ state: { limits }, body }: ControlCall): unknown {
  limits.change(parseBody(RateLimitChange, body));
  return limits.settings;
}
