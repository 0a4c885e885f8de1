import { inspect } from 'node:util';
import { UNLIMITED_BUDGET, type EventLog, type RateBudget, type TradingPort } from '#application';
import { startScriptedVenue, freePort, type ScriptedVenue, type VenueReply, type VenueRequest } from '#testing';
import { createMexcTrading } from './create-mexc.js';

const CREDENTIALS = { apiKey: 'mx0-canary-key-7f3a', secret: 'canary+secret/of=the&test' };
const SECRETS = [CREDENTIALS.apiKey, CREDENTIALS.secret, encodeURIComponent(CREDENTIALS.secret), 'signature=', 'recvWindow='];
const AN_ORDER = {
  marketId: 'HANAUSDT', clientOrderId: 'rabc234', terms: { kind: 'market-buy', quoteValue: '25' }, signMs: 1_764_000_000_123, receiveWindowMs: 5_000,
} as const;

let venue: ScriptedVenue;
let logged: unknown[];
beforeEach(async () => {
  venue = await startScriptedVenue();
  logged = [];
});
afterEach(() => venue.stop());

const leakyTake = (): Promise<void> => Promise.reject(new Error(`no leave for ${CREDENTIALS.apiKey}`));

/** A server that says back all it was sent, as error pages do. */
const echo = (status: number, code?: number) => ({ target, headers }: VenueRequest): VenueReply => {
  const words = `failed: ${target} key ${String(headers['x-mexc-apikey'])} secret ${CREDENTIALS.secret}`;
  return code === undefined ? { status, text: `<html><title>${words}</title></html>` } : { status, json: { code, msg: words } };
};

const note = (...line: unknown[]): void => void logged.push(line);

function open(origin: string, budget: RateBudget): TradingPort {
  const log: EventLog = { info: note, warn: note, error: note };
  const timer = { every: () => () => {}, pause: () => Promise.resolve() };
  return createMexcTrading({
    venue: 'SIMULATOR', origin, credentials: CREDENTIALS, budget, purpose: 'execution', clock: { nowMs: () => Date.now() }, timer, log, timeoutMs: 300,
  });
}

/** All that a caller gets to see of every method. */
async function everything(port: TradingPort): Promise<unknown[]> {
  const calls = [
    port.submit(AN_ORDER), port.balances(), port.order('HANAUSDT', 'rabc234'), port.cancel('HANAUSDT', 'rabc234'), port.openOrders(),
    port.fillsSince('HANAUSDT', Date.now() - 1_000), port.apiMarketIds(),
  ];
  const settled = await Promise.allSettled(calls);
  return settled.map((result) => (result.status === 'fulfilled' ? result.value : result.reason) as unknown);
}

function textsOf(seen: unknown): string[] {
  const texts = [inspect(seen, { depth: 20, showHidden: true }), JSON.stringify(seen)];
  for (let error = seen; error instanceof Error; error = error.cause) texts.push(error.message, error.stack ?? '', inspect(error), JSON.stringify(error));
  return texts;
}

function leaksIn(seen: readonly unknown[]): string[] {
  const texts = seen.flatMap(textsOf);
  return SECRETS.filter((secret) => texts.some((text) => text?.includes(secret)));
}

const FAILURES: readonly (readonly [string, (target: ScriptedVenue) => void])[] = [
  ['a page that echoes all', (target) => answerAll(target, echo(500))],
  ['a page of the firewall', (target) => answerAll(target, echo(403))],
  ['200 with a page', (target) => answerAll(target, echo(200))],
  ['a code that we do not know', (target) => answerAll(target, echo(400, 999_999))],
  ['a key that is wrong', (target) => answerAll(target, echo(400, 10072))],
  ['a signature that is wrong', (target) => answerAll(target, echo(400, 700002))],
  ['a clock that is off', (target) => answerAll(target, echo(400, 700003))],
  ['too many requests', (target) => answerAll(target, echo(429, 429))],
  ['a ban', (target) => answerAll(target, echo(418))],
  ['a redirect', (target) => answerAll(target, ({ target: to }) => ({ status: 302, headers: { location: `http://127.0.0.1:1${to}` }, text: to }))],
  ['a reset', (target) => answerAll(target, { reset: true })],
  ['no answer', (target) => answerAll(target, { hang: true })],
  ['an answer of another form', (target) => answerAll(target, ({ target: to }) => ({ json: { symbol: to, orderId: to, balances: to, data: [to] } }))],
];

function answerAll(target: ScriptedVenue, script: VenueReply | ((request: VenueRequest) => VenueReply)): void {
  const routes = ['POST /api/v3/order', 'GET /api/v3/order', 'DELETE /api/v3/order', 'GET /api/v3/account', 'GET /api/v3/openOrders', 'GET /api/v3/myTrades'];
  for (const route of [...routes, 'GET /api/v3/selfSymbols']) target.answer(route, script);
}

describe('no key, secret, signature or signed address', () => {
  it.each(FAILURES)('is seen after %s', async (_name, fail) => {
    fail(venue);
    const seen = await everything(open(venue.origin, UNLIMITED_BUDGET));
    expect(venue.to('POST /api/v3/order')[0]!.target).toContain('signature='); // The canary was there to be leaked.
    expect(leaksIn([...seen, ...logged])).toEqual([]);
  });

  it('is seen where nothing could be sent, or the budget failed', async () => {
    const refused = await everything(open(`http://127.0.0.1:${await freePort()}`, UNLIMITED_BUDGET));
    const [outcome] = await everything(open(venue.origin, { ...UNLIMITED_BUDGET, take: leakyTake }));
    expect(leaksIn([...refused, outcome, ...logged])).toEqual([]);
  });

  it('is seen in the adapter itself, however it is printed', async () => {
    answerAll(venue, { json: {} });
    const port = open(venue.origin, UNLIMITED_BUDGET);
    await everything(port);
    expect(leaksIn([port])).toEqual([]);
  });

  it('would be seen if it were there', () => expect(leaksIn([new Error('x', { cause: { url: `?a&signature=1&${CREDENTIALS.apiKey}` } })])).toHaveLength(2));
});
