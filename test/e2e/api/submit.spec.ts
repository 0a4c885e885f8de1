import { request as httpRequest } from 'node:http';
import { BacktestRun } from '#contracts';
import { aProblem, startApi, type ApiFixture } from './api-fixture.js';
import { aResult, claimRun, storeCandles } from './made-runs.js';

const FIRST_MS = Date.parse('2026-01-01T00:00:00Z');
const MINUTE_MS = 60_000;
const SPEC = { exchange: 'MEXC', interval: '1m', assets: ['HANA', 'TRUTH'] };

let api: ApiFixture;
beforeAll(async () => {
  api = await startApi();
  for (const base of ['HANA', 'TRUTH', 'SIREN']) await storeCandles(api.services, base, FIRST_MS);
  await storeCandles(api.services, 'LATE', FIRST_MS + 1_000 * MINUTE_MS);
});
afterAll(() => api.stop());

async function countRuns(): Promise<number> {
  return (await api.get('/v1/backtests?limit=200')).body.data.length;
}

const many = (count: number) => Array.from({ length: count }, (_, index) => `A${index}`);

interface RawAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Sends bytes as they are. */
function postRaw(body: string | Buffer, headers: Record<string, string> = { 'content-type': 'application/json' }): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(`${api.base}/v1/backtests`, { method: 'POST', headers: { authorization: `Bearer ${api.token}`, ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // The server may close on a body that it will not read; the answer came before.
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error);
    });
    sent.end(body);
  });
}

const sendWithKey = () => api.post('/v1/backtests', { ...SPEC, assets: ['HANA'] }).set('idempotency-key', 'twenty-times');

describe('a submission', () => {
  it('is accepted, has an address, and reaches the queue', async () => {
    const answer = await api.post('/v1/backtests', { ...SPEC, name: 'first', tags: ['x'], parameters: { usdtReserve: 0.2 } });
    expect(answer.status).toBe(202);
    const run = BacktestRun.parse(answer.body);
    expect(answer.headers['location']).toBe(`/v1/backtests/${run.id}`);
    expect(run).toMatchObject({
      status: 'queued', name: 'first', tags: ['x'], quote: 'USDT', priority: 'interactive', periodicRebalanceDays: 7,
      parameters: { usdtReserve: 0.2, upsideThreshold: 0.4, fillAt: 'next-open' }, progress: { fraction: 0 }, figures: null,
    });
    expect(answer.body).not.toHaveProperty('cached');
    expect((await api.get(answer.headers['location'] ?? '')).body).toEqual(answer.body);
    await expectJob(run.id);
  });

  it('shows only its id on the board', async () => {
    await api.post('/v1/backtests', { ...SPEC, name: 'canary-name', note: 'canary-note', assets: ['SIREN'] });
    const { body } = await api.get('/queues/api/queues?activeQueue=backtest-run&status=latest&page=1&jobsPerPage=10');
    expect(JSON.stringify(body)).not.toContain('canary');
    for (const { data } of body.queues[0].jobs) expect(Object.keys(data)).toEqual(['runId']);
  });

  it('with one key is one run, however often it is sent at once', async () => {
    const before = await countRuns();
    const answers = await Promise.all(Array.from({ length: 20 }, sendWithKey));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(202));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await countRuns()).toBe(before + 1);
    const again = await sendWithKey();
    expect(again.body.id).toBe(answers[0]?.body.id);
  });

  it('with a key that came with another body is refused, also if only a label differs', async () => {
    await api.post('/v1/backtests', SPEC).set('idempotency-key', 'k').expect(202);
    for (const body of [{ ...SPEC, assets: ['HANA'] }, { ...SPEC, name: 'other' }]) {
      const answer = await api.post('/v1/backtests', body).set('idempotency-key', 'k');
      expect(answer.body).toMatchObject(aProblem(422, 'idempotency-key-reused'));
    }
    await api.post('/v1/backtests?force=true', SPEC).set('idempotency-key', 'k').expect(422);
  });

  it.each([['a b'], ['x'.repeat(201)], ['ä'], ['']])('refuses the key %j', async (key) => {
    const answer = await postRaw(JSON.stringify(SPEC), { 'content-type': 'application/json', 'idempotency-key': key });
    expect(answer.body).toMatchObject({ ...aProblem(400, 'validation-failed'), errors: [{ pointer: 'Idempotency-Key' }] });
  });

  it('of what is computed already gets that run, unless forced', async () => {
    const spec = { ...SPEC, assets: ['TRUTH'] };
    const first = (await api.post('/v1/backtests', spec)).body.id as string;
    await completeByHand(first);
    const second = await api.post('/v1/backtests', { ...spec, name: 'names change no result' });
    expect([second.status, second.body.id, second.body.cached]).toEqual([200, first, true]);
    expect(second.headers['location']).toBe(`/v1/backtests/${first}`);
    const forced = await api.post('/v1/backtests?force=true', spec);
    expect(forced.status).toBe(202);
    expect(forced.body.id).not.toBe(first);
  });
});

async function completeByHand(id: string): Promise<void> {
  const run = await api.services.runs.find(id);
  const epoch = await claimRun(api.services, id);
  const result = { ...aResult(), dataFingerprint: run?.dataFingerprint ?? '', codeVersion: run?.codeVersion ?? '' };
  expect(await api.services.runs.complete(id, epoch, result)).toBe(true);
}

/** The dispatcher was kicked by the submission; the job is a moment away. */
async function expectJob(id: string): Promise<void> {
  for (let look = 0; look < 200; look += 1) {
    const jobs = await api.services.queues.queues[0]?.getJobs(['waiting', 'prioritized', 'delayed']);
    if (jobs?.some(({ data }) => (data as { runId?: string }).runId === id)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`no job for ${id}`);
}

describe('what cannot be simulated', () => {
  it.each([
    ['an unknown asset', { ...SPEC, assets: ['HANA', 'NOPE'] }, '/assets/1', 'unknown-series'],
    ['an unknown exchange', { ...SPEC, exchange: 'KRAKEN', assets: ['HANA'] }, '/assets/0', 'unknown-series'],
    ['an unknown interval', { ...SPEC, interval: '7m' }, '/interval', 'invalid-interval'],
    ['the quote among the assets', { ...SPEC, assets: ['HANA', 'USDT'] }, '/assets', 'invalid-basket'],
    ['an asset twice', { ...SPEC, assets: ['HANA', 'HANA'] }, '/assets', 'invalid-basket'],
    ['assets without a shared bar', { ...SPEC, assets: ['HANA', 'LATE'] }, '/assets', 'no-shared-period'],
    ['a period after all candles', { ...SPEC, from: '2026-02-01T00:00:00Z' }, '/from', 'period-outside-coverage'],
    ['a period before all candles', { ...SPEC, to: '2025-02-01T00:00:00Z' }, '/to', 'period-outside-coverage'],
    ['a period backwards', { ...SPEC, from: '2026-01-01T01:00:00Z', to: '2026-01-01T00:30:00Z' }, '/from', 'period-inverted'],
    ['one bar', { ...SPEC, from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, '/from', 'too-few-bars'],
  ])('%s is 422, and nothing is stored', async (_name, body, pointer, code) => {
    const before = await countRuns();
    const answer = await api.post('/v1/backtests', body);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ ...aProblem(422, 'backtest-impossible'), errors: [{ pointer, code, detail: expect.any(String) }] });
    expect(await countRuns()).toBe(before);
  });
});

describe('what breaks a rule', () => {
  it.each([
    ['no exchange', { interval: '1m', assets: ['HANA'] }, '/exchange'],
    ['no assets', { ...SPEC, assets: [] }, '/assets'],
    ['201 assets', { ...SPEC, assets: many(201) }, '/assets'],
    ['an asset in lower case', { ...SPEC, assets: ['HANA', 'truth'] }, '/assets/1'],
    ['an asset with a slash', { ...SPEC, assets: ['../../etc'] }, '/assets/0'],
    ['a number for an asset', { ...SPEC, assets: [1] }, '/assets/0'],
    ['a threshold out of range', { ...SPEC, parameters: { upsideThreshold: 0 } }, '/parameters/upsideThreshold'],
    ['a reserve of one', { ...SPEC, parameters: { usdtReserve: 1 } }, '/parameters/usdtReserve'],
    ['a text for a number', { ...SPEC, parameters: { tradingFee: '0.1' } }, '/parameters/tradingFee'],
    ['a parameter that is none', { ...SPEC, parameters: { leverage: 10 } }, '/parameters/leverage'],
    ['an unknown field', { ...SPEC, mode: 'live' }, '/mode'],
    ['a field with odd characters', { ...SPEC, 'a/b~c': 1 }, '/a~1b~0c'],
    ['no date', { ...SPEC, from: 'yesterday' }, '/from'],
    ['a date without a zone', { ...SPEC, to: '2026-01-01T00:00:00' }, '/to'],
    ['an unknown priority', { ...SPEC, priority: 'urgent' }, '/priority'],
    ['a name too long', { ...SPEC, name: 'x'.repeat(121) }, '/name'],
    ['too many tags', { ...SPEC, tags: many(21) }, '/tags'],
    ['zero days', { ...SPEC, periodicRebalanceDays: 0 }, '/periodicRebalanceDays'],
    ['an id of its own', { ...SPEC, id: 'bt_1', status: 'completed' }, '/id'],
  ])('%s is pointed at', async (_name, body, pointer) => {
    const answer = await api.post('/v1/backtests', body);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).toMatchObject(aProblem(400, 'validation-failed'));
    expect(answer.body.errors.map((fault: { pointer: string }) => fault.pointer)).toContain(pointer);
  });

  it('is told in full, not the first fault only', async () => {
    const { body } = await api.post('/v1/backtests', { exchange: 'mexc', interval: '1m', assets: ['x'], parameters: { tradingFee: 1 }, extra: 1 });
    expect(body.errors.map((fault: { pointer: string }) => fault.pointer).sort()).toEqual(['/assets/0', '/exchange', '/extra', '/parameters/tradingFee']);
  });

  it.each([
    ['__proto__', '{"__proto__": {"isAdmin": true}'], ['constructor', '{"constructor": {"prototype": {"isAdmin": true}}'], ['prototype', '{"prototype": {}'],
  ])('%s pollutes nothing', async (key, start) => {
    const answer = await postRaw(`${start}, "exchange": "MEXC", "interval": "1m", "assets": ["HANA"]}`);
    expect(answer.body).toMatchObject({ ...aProblem(400, 'validation-failed'), errors: [{ pointer: `/${key}`, code: 'unknown-field' }] });
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
    const nested = await postRaw(`{"exchange": "MEXC", "interval": "1m", "assets": ["HANA"], "parameters": ${start}}}`);
    expect(nested.body).toMatchObject({ errors: [{ pointer: `/parameters/${key}` }] });
  });

  it.each([['?force=maybe', '?force'], ['?dry=1', '?dry']])('%s is refused', async (query, pointer) => {
    const answer = await api.post(`/v1/backtests${query}`, SPEC);
    expect(answer.body).toMatchObject({ ...aProblem(400, 'validation-failed'), errors: [{ pointer }] });
  });
});

describe('what is no request', () => {
  const text = JSON.stringify(SPEC);
  it.each([
    ['text', 'hello', 'malformed-json'], ['half of it', text.slice(0, -1), 'malformed-json'], ['NaN', '{"exchange": NaN}', 'malformed-json'],
    ['a bare number', '1', 'malformed-json'], ['an array', '[]', 'validation-failed'], ['nothing', '', 'validation-failed'],
    ['null', 'null', 'malformed-json'], ['21 levels', `{"a":${'['.repeat(20)}${']'.repeat(20)}}`, 'json-too-deep'],
    ['100,000 levels', '['.repeat(100_000), 'json-too-deep'], ['20 levels', `{"a":${'['.repeat(19)}${']'.repeat(19)}}`, 'validation-failed'],
    ['brackets in a text', JSON.stringify({ note: '['.repeat(50) }), 'validation-failed'],
  ])('%s is 400', async (_name, body, code) => {
    expect((await postRaw(body)).body).toMatchObject(aProblem(400, code));
  });

  it('beyond a megabyte is 413, at once', async () => {
    expect((await postRaw(Buffer.alloc(50_000_000, 0x20))).body).toMatchObject(aProblem(413, 'body-too-large'));
    const chunked = await postRaw(Buffer.alloc(2_000_000, 0x20), { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
    expect(chunked.body).toMatchObject(aProblem(413, 'body-too-large'));
  });

  it.each([
    { 'content-type': 'text/plain' }, { 'content-type': 'application/x-www-form-urlencoded' }, { 'content-type': 'application/xml' }, {},
    { 'content-type': 'application/json', 'content-encoding': 'gzip' }, { 'content-type': 'application/json; charset=koi8-r' },
  ])('as %j is 415', async (headers) => {
    expect((await postRaw(text, headers as Record<string, string>)).body).toMatchObject(aProblem(415, 'unsupported-media-type'));
  });

  it.each(['/', '/v1', '/v1/nothing', '/v2/backtests', '/v1/backtests/x/y/z', '/.env'])('%s is 404', async (path) => {
    expect((await api.get(path)).body).toMatchObject({ ...aProblem(404, 'not-found'), instance: path });
  });

  it('by another method is 404', async () => {
    expect((await api.delete('/v1/backtests')).body).toMatchObject(aProblem(404, 'not-found'));
  });

  it('with a broken address is 400', async () => {
    expect((await api.get('/v1/backtests/%E0%A4%A')).body).toMatchObject(aProblem(400, 'malformed-request'));
  });
});

describe('the request id', () => {
  it('is taken over where it is sane, and made otherwise', async () => {
    const kept = await api.get('/v1/nothing').set('x-request-id', 'caller-1');
    expect([kept.headers['x-request-id'], kept.body.requestId]).toEqual(['caller-1', 'caller-1']);
    for (const odd of ['x'.repeat(65), 'a b', '<script>']) {
      const made = await api.get('/v1/nothing').set('x-request-id', odd);
      expect(made.headers['x-request-id']).toMatch(/^req_[0-9a-f-]{36}$/);
      expect(made.body.requestId).toBe(made.headers['x-request-id']);
    }
    expect(api.logged()).toContain('"requestId":"caller-1"');
  });
});
