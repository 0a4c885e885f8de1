import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CandleBackfill, ExchangeMarket, ExchangeStatus, Price } from '#contracts';
import { freePort, temporaryFolder, type TemporaryFolder } from '#testing';
import { documentOf, problemOf, runCli, startCli } from './run-cli.js';
import { ScriptedApi, sendJson, sendProblem, type Answer } from './scripted-api.js';

const ID = 'bf_01JD9Z5X8Q4Y6T2M3N7P0R1S5V';
const SECOND_ID = 'bf_01JD9Z5X8Q4Y6T2M3N7P0R1S5W';
const NO_CONTENT_YET = { inserted: 0, unchanged: 0, corrected: 0, gaps: 0 };

let folder: TemporaryFolder;
const started: ScriptedApi[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeFile(path.join(folder.path, 'token'), 'reb_token\n');
});
afterAll(() => folder.remove());
afterEach(async () => {
  await Promise.all(started.splice(0).map((api) => api.stop()));
});

async function scripted(answer: Answer) {
  const api = await ScriptedApi.start(answer);
  started.push(api);
  return { api, environment: { REBALANCER_API_URL: api.url, REBALANCER_TOKEN_FILE: path.join(folder.path, 'token'), COLUMNS: '100' } };
}

function aBackfill(changes: Partial<CandleBackfill> = {}): CandleBackfill {
  return {
    id: ID, exchange: 'SIMULATOR', base: 'HANA', quote: 'USDT', interval: '1h', from: '2026-01-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z', status: 'queued',
    progressFraction: 0, ...NO_CONTENT_YET, isFollowed: true, problem: null, notice: null, created: '2026-04-01T00:00:01.000Z', started: null, finished: null, ...changes,
  };
}

const completed = aBackfill({ status: 'completed', progressFraction: 1, inserted: 2_160, unchanged: 1, finished: '2026-04-01T00:00:09.000Z' });
const FETCH = ['candles', 'fetch', '--assets', 'HANA,AIA', '--interval', '1h', '--from', '90d'];

/** Answers a submission with the first of these states, and every later look with the next one; the last one stays. */
function states(...all: readonly (readonly CandleBackfill[])[]): Answer {
  let looks = 0;
  return (response, { method }) => {
    if (method === 'POST') sendJson(response, 202, { data: all[0], notices: NOTICES });
    else sendJson(response, 200, { data: all[Math.min(all.length - 1, (looks += 1))] });
  };
}
const NOTICES = [{ code: 'simulator-answers', detail: 'the simulator stands in for MEXC: these are made candles, stored as SIMULATOR' }];
const second = (changes: Partial<CandleBackfill>): CandleBackfill => aBackfill({ id: SECOND_ID, base: 'AIA', ...changes });

describe('candles fetch', () => {
  it('asks, waits, tells in plain lines how far it is, and prints a table', async () => {
    const { api, environment } = await scripted(states(
      [aBackfill(), second({})],
      [aBackfill({ status: 'running', progressFraction: 0.6 }), second({ problem: { code: 'exchange-unreachable', detail: 'the exchange does not answer since 10:00' } })],
      [completed, second({ ...completed, id: SECOND_ID, base: 'AIA', gaps: 2 })],
    ));
    const end = await runCli([...FETCH, '--exchange', 'mexc'], { environment });
    expect(end.code).toBe(0);
    expect(end.stdout).toBe(
      'SERIES                  FROM        TO          STATUS       NEW  SAME  CORRECTED  GAPS\n' +
      'SIMULATOR HANA/USDT 1h  2026-01-01  2026-04-01  completed  2,160     1          0     0\n' +
      'SIMULATOR AIA/USDT 1h   2026-01-01  2026-04-01  completed  2,160     1          0     2\n',
    );
    expect(end.stderr.split('\n')).toEqual([
      `warning: ${NOTICES[0]?.detail}`,
      'SIMULATOR HANA/USDT 1h  queued', 'SIMULATOR AIA/USDT 1h  queued',
      'SIMULATOR HANA/USDT 1h  50 %', 'SIMULATOR AIA/USDT 1h  waits: the exchange does not answer since 10:00',
      'SIMULATOR HANA/USDT 1h  completed', 'SIMULATOR AIA/USDT 1h  completed',
      'next: rebalancer candles coverage', '',
    ]);
    const body = JSON.parse(api.seenAt('POST', '/v1/candle-backfills')[0]?.body ?? '') as { from: string };
    expect(body).toEqual({ exchange: 'MEXC', quote: 'USDT', interval: '1h', assets: ['HANA', 'AIA'], from: expect.any(String), follow: true });
    expect(Math.abs(Date.now() - 90 * 86_400_000 - Date.parse(body.from))).toBeLessThan(60_000);
    expect(api.seenAt('GET', '/v1/candle-backfills')[0]?.url).toBe(`/v1/candle-backfills?ids=${ID}%2C${SECOND_ID}&limit=2`);
  });

  it('prints one document', async () => {
    const { environment } = await scripted(states([aBackfill()], [completed]));
    const end = await runCli([...FETCH, '--json'], { environment });
    expect(end.code).toBe(0);
    expect(documentOf(end)).toEqual({ data: [completed], notices: NOTICES });
  });

  it.each([
    ['some failed', [completed, second({ status: 'failed', problem: { code: 'unknown-market', detail: 'AIAUSDT was taken off' } })], 9],
    ['all failed', [aBackfill({ status: 'failed', problem: { code: 'unknown-market', detail: 'gone' } }), second({ status: 'canceled' })], 11],
  ])('ends with its code where %s', async (_, last, code) => {
    const { environment } = await scripted(states([aBackfill(), second({})], last));
    const end = await runCli(FETCH, { environment });
    expect(end.code).toBe(code);
    expect(end.stderr).toMatch(/^warning: SIMULATOR \w+\/USDT 1h: .* \(unknown-market\)$/m);
  });

  it('does not wait with --no-wait', async () => {
    const { api, environment } = await scripted(states([aBackfill()]));
    expect((await runCli([...FETCH, '--no-wait', '--no-follow', '--to', '1h'], { environment })).code).toBe(0);
    expect(api.seen).toHaveLength(1);
    expect(JSON.parse(api.seen[0]?.body ?? '')).toMatchObject({ follow: false });
  });

  it('lets go on Ctrl-C, and gives up after --timeout', async () => {
    const { api, environment } = await scripted(states([aBackfill()], [aBackfill({ status: 'running' })]));
    const running = startCli(FETCH, { environment });
    while (api.seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    running.process.kill('SIGINT');
    const end = await running.ended;
    expect(end.code).toBe(130);
    expect(end.stderr).toContain('detached; the fetching goes on');
    const late = await runCli([...FETCH, '--timeout', '1', '--json'], { environment });
    expect(late.code).toBe(8);
    expect(problemOf(late)).toMatchObject({ code: 'wait-timeout', remedy: 'rebalancer candles backfills' });
  });

  it('goes on where the API is away for a moment', async () => {
    let looks = 0;
    const { environment } = await scripted((response, { method }) => {
      if (method === 'POST') sendJson(response, 202, { data: [aBackfill()], notices: [] });
      else if ((looks += 1) <= 4) sendProblem(response, 503, 'database-unavailable');
      else sendJson(response, 200, { data: [completed] });
    });
    expect((await runCli(FETCH, { environment })).code).toBe(0);
  });

  it('says every fault of the API with its field, and that nothing is there', async () => {
    const { environment } = await scripted((response) =>
      sendJson(response, 422, {
        type: 'x', title: 'The exchange cannot give these candles', status: 422, code: 'backfill-impossible', detail: 'two faults', instance: '/', requestId: 'r1',
        errors: [{ pointer: '/interval', code: 'unsupported-interval', detail: '8h is not served' }, { pointer: '/assets/1', code: 'unknown-market', detail: 'no AIA' }],
      }));
    const end = await runCli(FETCH, { environment });
    expect(end.code).toBe(3);
    expect(end.stderr).toContain('error: two faults\n  /interval  8h is not served\n  /assets/1  no AIA\n');
    const nowhere = await runCli([...FETCH, '--json'], { environment: { ...environment, REBALANCER_API_URL: `http://127.0.0.1:${await freePort()}` } });
    expect([nowhere.code, problemOf(nowhere).code]).toEqual([7, 'api-unreachable']);
  });

  it.each([
    [['candles', 'fetch'], 2, 'missing-option'],
    [[...FETCH, '--from', 'yesterday'], 3, 'validation-failed'],
    [[...FETCH, '--exchange', 'binance'], 3, 'validation-failed'],
    [[...FETCH, '--no-wait', '--timeout', '5'], 2, 'conflicting-options'],
    [['candles', 'backfills', 'show', 'bt_x'], 2, 'malformed-id'],
    [['exchange', 'markets'], 2, 'missing-mandatory-option-value'],
  ])('refuses %j with %i before anything is sent', async (args, code, problem) => {
    const { api, environment } = await scripted((response) => sendJson(response, 500, {}));
    const end = await runCli([...args, '--json'], { environment });
    expect([end.code, problemOf(end).code]).toEqual([code, problem]);
    expect(api.seen).toEqual([]);
  });
});

describe('candles backfills', () => {
  it('lists, shows and cancels', async () => {
    const waiting = aBackfill({ status: 'running', progressFraction: 0.25, problem: { code: 'exchange-unreachable', detail: 'the exchange does not answer' } });
    const { api, environment } = await scripted((response, { method, url }) => {
      if (method === 'POST') sendJson(response, 202, aBackfill({ status: 'canceled' }));
      else sendJson(response, 200, url.includes(ID) ? completed : { data: [waiting] });
    });
    const list = await runCli(['candles', 'backfills', 'ls', '--status', 'running'], { environment });
    expect(list.stdout.split('\n')[1]).toBe(`${ID}  SIMULATOR HANA/USDT 1h  running  25 %  the exchange does not answer`);
    expect(api.seen[0]?.url).toBe('/v1/candle-backfills?status=running');
    expect((await runCli(['candles', 'backfills'], { environment })).code).toBe(0);
    expect(documentOf(await runCli(['candles', 'backfills', 'show', ID, '--json'], { environment }))).toEqual(completed);
    expect((await runCli(['candles', 'backfills', 'cancel', ID], { environment })).stdout).toBe(`${ID} canceled; what was fetched stays\n`);
  });

  it('says that what has ended cannot be canceled', async () => {
    const { environment } = await scripted((response) => sendJson(response, 202, completed));
    const end = await runCli(['candles', 'backfills', 'cancel', ID, '--json'], { environment });
    expect([end.code, problemOf(end).code]).toEqual([5, 'backfill-has-ended']);
  });
});

describe('candles followed', () => {
  const series = { exchange: 'SIMULATOR', base: '币安人生', quote: 'USDT', interval: '1h', followed: '2026-04-01T00:00:00.000Z', next: '2026-04-02T10:00:00.000Z', isBackfilling: false, isListed: true };
  const STOP = ['candles', 'followed', 'stop', '--symbol', '币安人生/usdt', '--interval', '1h'];

  it('lists what is followed, and says of a market that is gone that it is asked about seldom', async () => {
    const { environment } = await scripted((response) => sendJson(response, 200, { data: [series, { ...series, base: 'HANA', isListed: false }] }));
    const end = await runCli(['candles', 'followed'], { environment });
    expect(end.stdout.split('\n').slice(1, 3).map((line) => line.split(/ {2,}/))).toEqual([
      ['SIMULATOR 币安人生/USDT 1h', '2026-04-01 00:00', '2026-04-02 10:00', 'follows'],
      ['SIMULATOR HANA/USDT 1h', '2026-04-01 00:00', '2026-04-02 10:00', 'no longer listed: asked hourly'],
    ]);
    expect(documentOf(await runCli(['candles', 'followed', 'ls', '--json'], { environment }))).toMatchObject({ data: [series, { base: 'HANA' }] });
  });

  it('stops one, by its symbol in any case', async () => {
    const { api, environment } = await scripted((response, { method }) => (method === 'DELETE' ? void response.writeHead(204).end() : sendJson(response, 200, { data: [series] })));
    const end = await runCli(STOP, { environment });
    expect([end.code, end.stdout]).toEqual([0, 'SIMULATOR 币安人生/USDT 1h is no longer followed; its candles stay\n']);
    expect(api.seen.at(-1)).toMatchObject({ method: 'DELETE', url: `/v1/candles/followed/SIMULATOR/${encodeURIComponent('币安人生')}/USDT/1h` });
  });

  it('stops nothing that is not followed or not named', async () => {
    const { environment } = await scripted((response) => sendJson(response, 200, { data: [] }));
    expect(problemOf(await runCli([...STOP, '--json'], { environment })).code).toBe('series-not-followed');
    expect((await runCli(['candles', 'followed', 'stop', '--symbol', 'HANA'], { environment })).code).toBe(2);
  });
});

const STATUS: ExchangeStatus = {
  venue: 'SIMULATOR', isSimulated: true, origin: 'http://127.0.0.1:4010', isReachable: true, lastAnswer: '2026-01-01T00:00:00.000Z', problem: null, clockOffsetMs: 3.4,
  roundTripMs: 5, marketsLoaded: '2026-01-01T00:00:00.000Z', markets: 2_000, tradableMarkets: 1_950, updated: '2026-01-01T00:00:00.000Z',
};

function aMarket(changes: Partial<ExchangeMarket> = {}): ExchangeMarket {
  return {
    asset: 'HANA', quote: 'USDT', marketId: 'HANAUSDT', isListed: true, isTradable: true, reason: null, detail: null, didYouMean: [], quantityStep: '0.01', priceTick: '0.00001',
    minQuantity: '0', minNotional: '1', maxMarketNotional: '100000', takerFee: '0.0005', ...changes,
  };
}

const unknownMarket = (changes: Partial<ExchangeMarket> = {}) => aMarket({
  asset: 'HANNA', marketId: null, isListed: false, isTradable: false, didYouMean: ['HANA'], quantityStep: null, priceTick: null, minQuantity: null, minNotional: null,
  maxMarketNotional: null, takerFee: null, ...changes,
});

describe('the exchange', () => {
  it('is named loudly', async () => {
    const { environment } = await scripted((response) => sendJson(response, 200, STATUS));
    const end = await runCli(['exchange'], { environment });
    expect(end.code).toBe(0);
    expect(end.stdout).toMatch(/^SIMULATOR: made prices, play money\naddress {4}http:\/\/127\.0\.0\.1:4010\nreachable {2}yes/);
    expect(end.stdout).toContain('3 ms from ours, round trip 5 ms');
    expect(end.stdout).toContain('2,000, 1,950 tradable over the API');
  });

  it('tells what is wrong with it', async () => {
    const away: ExchangeStatus = { ...STATUS, venue: 'MEXC', isSimulated: false, isReachable: false, problem: 'no answer since 10:00', clockOffsetMs: null, roundTripMs: null, lastAnswer: null };
    const { environment } = await scripted((response) => sendJson(response, 200, away));
    const end = await runCli(['exchange'], { environment });
    expect(end.stdout).toMatch(/^MEXC: real market data\n[^]*reachable {2}no, last answer never\nclock {6}unknown\n/);
    expect(end.stderr).toContain('warning: no answer since 10:00');
  });

  it('tells the rules of markets, and why one cannot be traded', async () => {
    const off = aMarket({ asset: 'BTC', marketId: 'BTCUSDT', isTradable: false, reason: 'api-trading-off', detail: 'BTCUSDT takes no orders over the API' });
    const { api, environment } = await scripted((response) => sendJson(response, 200, { data: [aMarket(), off, unknownMarket()] }));
    const end = await runCli(['exchange', 'markets', '--assets', 'hana,BTC,hanna'], { environment });
    expect(end.code).toBe(9);
    expect(api.seen[0]?.url).toBe('/v1/exchange/markets?assets=HANA%2CBTC%2CHANNA');
    expect(end.stdout.split('\n')[1]).toBe('HANA/USDT   yes       0.01  0.00001        0          1     100000  0.050 %');
    expect(end.stderr).toContain('BTC/USDT: BTCUSDT takes no orders over the API');
    expect(end.stderr).toContain('HANNA/USDT: the exchange has no such market; did you mean HANA?');
  });

  it('ends with 4 where it has none of the markets', async () => {
    const { environment } = await scripted((response) => sendJson(response, 200, { data: [unknownMarket()] }));
    expect((await runCli(['exchange', 'markets', '--assets', 'HANNA', '--json'], { environment })).code).toBe(4);
  });

  it('tells prices with their age, and which are not to be used', async () => {
    const price: Price = {
      asset: 'HANA', quote: 'USDT', marketId: 'HANAUSDT', didYouMean: [], bid: 0.00001234, ask: 0.000012345, mid: 0.0000123425, exchangeTime: null, received: null, changed: null, ageMs: 800, flag: null,
    };
    const missing = { ...price, bid: null, ask: null, mid: null, ageMs: null, flag: 'missing' as const };
    const prices = [price, { ...missing, asset: 'AIA' }, { ...missing, asset: 'HANNA', marketId: null, didYouMean: ['HANA'] }];
    const { environment } = await scripted((response) => sendJson(response, 200, { venue: 'SIMULATOR', data: prices }));
    const end = await runCli(['prices', '--assets', 'HANA,AIA,HANNA'], { environment });
    expect(end.stdout.split('\n').slice(1, 4)).toEqual([
      'HANA/USDT   0.00001234  0.000012345  0.0000123425  800 ms  fresh',
      'AIA/USDT             -            -             -       -  missing: none of its candles are followed, or the exchange has none',
      'HANNA/USDT           -            -             -       -  no such market',
    ]);
    expect(end.stderr).toBe('warning: HANNA/USDT: the exchange has no such market; did you mean HANA?\nmade prices of the simulator\n');
    expect(end.code).toBe(9);
  });
});
