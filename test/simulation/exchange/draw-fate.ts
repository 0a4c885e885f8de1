import { faultKind } from '../../../apps/exchange-simulator/src/faults/fault-kinds.js';
import { errorAnswer } from '../../../apps/exchange-simulator/src/rest/answer.js';
import type { FaultEffect } from '../../../apps/exchange-simulator/src/faults/fault-effect.js';

/** In [0, 1). */
export type Random = () => number;

/** What can become of a request on its way, at the exchange and on the way back, `ok` aside. */
export const FAULTY_FATES = [
  'refused-connection', 'silent-connection',
  'lost-request', 'late-request', 'torn-request', 'reset-before-acceptance', 'error-before-acceptance',
  'lost-reply', 'late-reply', 'reset-after-acceptance', 'cut-reply', 'error-after-acceptance', 'garbled-reply',
  'refused-after-acceptance', 'too-many-requests', 'firewall', 'maintenance', 'access-refused', 'lying-refusal', 'unknown-code', 'replayed-request',
] as const;

export type FaultyFate = (typeof FAULTY_FATES)[number];
export type FateKind = FaultyFate | 'ok';

/** The chance of each fate, in sum at most 1. */
export type FateOdds = Readonly<Partial<Record<FaultyFate, number>>>;

export interface LinkOdds {
  /** Of requests that are orders, and of all others. */
  readonly orders: FateOdds;
  readonly questions: FateOdds;
  /** Of look-ups of orders and fills: the chance that one does not see yet what is younger than its lag, of `mostMs` at most. */
  readonly lag: { readonly chance: number; readonly mostMs: number };
}

export const NO_FAULTS: LinkOdds = { orders: {}, questions: {}, lag: { chance: 0, mostMs: 0 } };

/** A fault of the simulator's, by name. */
export interface DrawnFault {
  readonly fault: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** All that is drawn for one request before it goes out. */
export interface Fate {
  readonly kind: FateKind;
  /** The way there and back. */
  readonly thereMs: number;
  readonly backMs: number;
  readonly faults: readonly DrawnFault[];
}

interface Asked {
  readonly method: string;
  readonly url: string;
}

const LEAST_WAY_MS = 20;
const MOST_WAY_MS = 300;
/** Half of what is late is so by less than an order's window, and is taken. */
const A_LITTLE_LATE_MS = { least: 1_000, most: 4_000 };
const LEAST_LATE_MS = 3_000;
const MOST_LATE_MS = 60_000;
const LEAST_LAG_MS = 1_000;

const LOOK_UPS = new Set(['order', 'openOrders', 'allOrders', 'myTrades'].map((name) => `/api/v3/${name}`));

/** A lie that the simulator has no switch for: nothing of MEXC's is known to do so. */
const REFUSED_AFTER_ACCEPTANCE = 'refused-after-acceptance';
const ACCOUNT_PATH = '/api/v3/account';

const REFUSALS: readonly DrawnFault[] = [
  ...[30_002, 30_003, 10_096, 10_097, 30_087, 30_010, 30_025, 88_013].map((code) => aRefusal('rule-broken', code)),
  ...[30_004, 30_005, 10_101, 2_005].map((code) => aRefusal('insufficient-balance', code)),
  ...[30_000, 30_014, 30_016, 30_021, 10_007].map((code) => aRefusal('market-closed', code)),
  ...[30_018, 30_019, 30_041].map((code) => aRefusal('order-type-disabled', code)),
  ...[30_027, 30_028, 30_029, 30_032].map((code) => aRefusal('order-limit-reached', code)),
];

function aRefusal(fault: string, code: number): DrawnFault {
  return { fault, parameters: { code } };
}

/** The simulator's faults that play a fate. Those of a connection that never was need none. */
const FAULTS_OF: Readonly<Record<FateKind, (random: Random) => readonly DrawnFault[]>> = {
  ok: () => [],
  'refused-connection': () => [],
  'silent-connection': () => [],
  'lost-request': () => [{ fault: 'request-lost', parameters: {} }],
  'late-request': (random) => [{ fault: 'request-delayed', parameters: { ms: lateMs(random) } }],
  'torn-request': (random) => [{ fault: 'request-delayed', parameters: { ms: between(random, A_LITTLE_LATE_MS.least, A_LITTLE_LATE_MS.most) } }],
  'reset-before-acceptance': () => [{ fault: 'reset-before-acceptance', parameters: {} }],
  'error-before-acceptance': (random) => [{ fault: 'error-before-acceptance', parameters: aServerError(random) }],
  'lost-reply': () => [{ fault: 'reply-lost', parameters: {} }],
  'late-reply': (random) => [{ fault: 'reply-delayed', parameters: { ms: lateMs(random) } }],
  'reset-after-acceptance': () => [{ fault: 'reset-after-acceptance', parameters: {} }],
  'cut-reply': (random) => [{ fault: 'body-cut', parameters: { bytes: between(random, 0, 200) } }],
  'error-after-acceptance': (random) => [{ fault: 'error-after-acceptance', parameters: aServerError(random) }],
  'garbled-reply': (random) => [{ fault: 'garbled-answer', parameters: { body: oneOf(random, ['truncated', 'html', 'empty', 'object']) } }],
  'refused-after-acceptance': (random) => [{ fault: REFUSED_AFTER_ACCEPTANCE, parameters: { code: oneOf(random, [30_005, 30_002, 30_018]) } }],
  'too-many-requests': (random) => [{ fault: 'too-many-requests', parameters: { status: oneOf(random, [429, 510]), retryAfterSeconds: between(random, 0, 30) } }],
  firewall: () => [{ fault: 'firewall', parameters: {} }],
  maintenance: (random) => [oneOf(random, [{ fault: 'maintenance-page', parameters: {} }, ...[604, 801, 11_444].map((code) => aRefusal('maintenance', code))])],
  'access-refused': (random) => [aRefusal('access-refused', oneOf(random, [403, 401, 10_072, 70_011, 700_006, 700_007]))],
  'lying-refusal': (random) => [oneOf(random, REFUSALS)],
  'unknown-code': (random) => [{ fault: 'error-code', parameters: { code: oneOf(random, [30_099, 603, 20_002, 1]) } }],
  'replayed-request': () => [{ fault: 'duplicate', parameters: { times: 2 } }],
};

function lateMs(random: Random): number {
  return random() < 0.5 ? between(random, A_LITTLE_LATE_MS.least, A_LITTLE_LATE_MS.most) : between(random, LEAST_LATE_MS, MOST_LATE_MS);
}

function aServerError(random: Random): Readonly<Record<string, unknown>> {
  return { status: oneOf(random, [500, 502, 503, 504]), body: oneOf(random, ['json', 'html']) };
}

/** @throws Error where the chances of fates are no chances, or are more than certain in sum */
export function checkOdds({ orders, questions, lag }: LinkOdds): void {
  for (const fates of [orders, questions]) {
    const chances = Object.values(fates);
    const sum = chances.reduce((all, chance) => all + chance, 0);
    if (chances.some((chance) => !(chance >= 0)) || sum > 1 + 1e-9) throw new Error(`odds of fates: each 0 or more, at most 1 in sum, were ${JSON.stringify(fates)}`);
  }
  if (!(lag.chance >= 0 && lag.chance <= 1)) throw new Error(`odds of a lag: from 0 to 1, were ${lag.chance}`);
}

/** What becomes of one request: a function of the chance handed in alone. */
export function drawFate(random: Random, odds: LinkOdds, asked: Asked): Fate {
  const thereMs = between(random, LEAST_WAY_MS, MOST_WAY_MS);
  const backMs = between(random, LEAST_WAY_MS, MOST_WAY_MS);
  const kind = kindAt(random(), asked.method === 'POST' ? odds.orders : odds.questions);
  return { kind, thereMs, backMs, faults: [...FAULTS_OF[kind](random), ...lagOf(random, odds, asked)] };
}

function kindAt(draw: number, fates: FateOdds): FateKind {
  let edge = 0;
  for (const kind of FAULTY_FATES) {
    edge += fates[kind] ?? 0;
    if (draw < edge) return kind;
  }
  return 'ok';
}

function lagOf(random: Random, { lag }: LinkOdds, { method, url }: Asked): readonly DrawnFault[] {
  if (lag.chance === 0 || method !== 'GET' || !LOOK_UPS.has(new URL(url).pathname)) return [];
  if (random() >= lag.chance) return [];
  return [{ fault: 'lookup-lag', parameters: { ms: between(random, Math.min(LEAST_LAG_MS, lag.mostMs), lag.mostMs) } }];
}

/** What answers as it was so long ago: orders, fills and balances alike. */
export function staleFaults({ method, url }: Asked, ageMs: number): readonly DrawnFault[] {
  if (method !== 'GET') return [];
  const { pathname } = new URL(url);
  if (LOOK_UPS.has(pathname)) return [{ fault: 'lookup-lag', parameters: { ms: ageMs } }];
  return pathname === ACCOUNT_PATH ? [{ fault: 'balances-lag', parameters: { ms: ageMs } }] : [];
}

/** Whole numbers, both ends included. */
function between(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

function oneOf<Item>(random: Random, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)]!;
}

/** What a drawn fault does, held to the simulator's own bounds. */
export function effectOf({ fault, parameters }: DrawnFault, nowMs: number): FaultEffect {
  if (fault === REFUSED_AFTER_ACCEPTANCE) return { at: 'reply', outcome: () => ({ kind: 'answer', answer: errorAnswer(Number(parameters['code']), 'refused, and taken all the same') }) };
  const kind = faultKind(fault);
  return kind.effectOf(kind.parameters.parse(parameters), nowMs);
}
