import { authenticate } from '../dialect/authentication.js';
import { NO_LOOKUP_FAULTS, type Call, type Endpoint, type LookupFaults } from '../dialect/call.js';
import { DialectRefusal } from '../dialect/dialect-refusal.js';
import { endpointName, findEndpoint } from '../dialect/endpoints.js';
import type { ExchangeState } from '../exchange-state.js';
import { bannedAnswer } from '../faults/answer-faults.js';
import { effectsAt, type FaultEffect } from '../faults/fault-effect.js';
import { errorAnswer, jsonAnswer, type Answer, type Outcome } from './answer.js';
import type { RestRequest } from './rest-request.js';

/** Waits; rejects when the server stops. */
export type Pause = (durationMs: number) => Promise<void>;

/** What becomes of a request: faults around the exchange's own judgment. */
export async function answerRequest(request: RestRequest, state: ExchangeState, pause: Pause): Promise<Outcome> {
  state.records.onRequest(request);
  const effects = state.faults.effectsOn(request);
  for (const { delayMs } of effectsAt(effects, 'arrival')) await pause(delayMs);
  const early = effectsAt(effects, 'before')[0];
  if (early !== undefined) return early.outcome();
  const answer = judge(request, state, effects);
  for (const { delayMs } of effectsAt(effects, 'departure')) await pause(delayMs);
  return effectsAt(effects, 'reply')[0]?.outcome(answer) ?? { kind: 'answer', answer };
}

/** The exchange's answer. Nothing waits in here, so requests are judged one after the other. */
function judge(request: RestRequest, state: ExchangeState, effects: readonly FaultEffect[]): Answer {
  try {
    const endpoint = findEndpoint(request);
    if (endpoint === null) throw new DialectRefusal(404, 'Not Found', 404);
    const banned = takeRate(request, endpoint, state);
    if (banned !== null) return banned;
    return jsonAnswer(distorted(accept(request, endpoint, state, effects), request, endpoint, state, effects));
  } catch (error) {
    if (!(error instanceof DialectRefusal)) throw error;
    const { code, message, status, retryAfterSeconds } = error;
    return errorAnswer(code, message, status, retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) });
  }
}

/** Signed requests are counted by account, the others by address. */
function takeRate(request: RestRequest, endpoint: Endpoint, { limits, accounts, monotonicMs }: ExchangeState): Answer | null {
  const account = request.apiKey === null ? undefined : accounts.get(request.apiKey);
  const verdict = limits.take(
    {
      client: account === undefined ? `address ${request.address}` : `account ${account.id}`,
      endpoint: endpointName(endpoint), weight: endpoint.weight(request), orders: endpoint.orders?.(request) ?? 0,
    },
    monotonicMs(),
  );
  if (verdict.kind === 'allowed') return null;
  if (verdict.kind === 'banned') return bannedAnswer(verdict.retryAfterSeconds);
  throw new DialectRefusal(429, 'Too Many Requests.', 429, verdict.retryAfterSeconds);
}

/** More than once where the exchange's edge replays the request; the first answer counts. */
function accept(request: RestRequest, endpoint: Endpoint, state: ExchangeState, effects: readonly FaultEffect[]): unknown {
  const times = effectsAt(effects, 'acceptance').reduce((most, effect) => Math.max(most, effect.times), 1);
  const call = callOf(request, state, effects);
  const first = handle(endpoint, call, state);
  for (let copy = 1; copy < times; copy += 1) replay(endpoint, call, state);
  return first;
}

/** A copy may be refused, for want of balance; nobody hears of it. */
function replay(endpoint: Endpoint, call: Call, state: ExchangeState): void {
  try {
    handle(endpoint, call, state);
  } catch (error) {
    if (!(error instanceof DialectRefusal)) throw error;
  }
}

function handle(endpoint: Endpoint, call: Call, state: ExchangeState): unknown {
  if (endpoint.access === 'public') return endpoint.handle(call);
  const account = authenticate(call.request, state.accounts, call.serverMs);
  return endpoint.handle({ ...call, account });
}

function callOf(request: RestRequest, state: ExchangeState, effects: readonly FaultEffect[]): Call {
  const { venue, clock, klinesCap, records } = state;
  const lookup = effectsAt(effects, 'lookup').reduce<LookupFaults>((all, { faults }) => ({ ...all, ...faults }), NO_LOOKUP_FAULTS);
  return { request, venue, nowMs: clock.venueMs(), serverMs: clock.nowMs(), lookup, klinesCap, onAccepted: (accepted) => records.onAccepted(accepted) };
}

function distorted(value: unknown, request: RestRequest, endpoint: Endpoint, { clock }: ExchangeState, effects: readonly FaultEffect[]): unknown {
  if (endpoint.access !== 'public') return value;
  const context = { request, serverMs: clock.nowMs() };
  return effectsAt(effects, 'data').reduce((changed, effect) => effect.change(changed, context), value);
}
