import { ulid } from 'ulid';
import type { CandleColumns, MarketRules } from '#domain';
import { aProblem, startApi, type ApiFixture } from './api-fixture.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BODY = { interval: '1h', assets: ['HANA', 'AIA'], from: '2026-01-01T00:30:00Z', to: '2026-01-02T00:00:00Z' };

let api: ApiFixture;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

interface Document {
  readonly data: readonly { readonly id: string; readonly status: string }[];
}

const submit = (changes: object = {}) => api.post('/v1/candle-backfills', { ...BODY, ...changes });
async function faults(changes: object): Promise<readonly { readonly pointer: string; readonly code: string; readonly detail: string }[]> {
  return ((await submit(changes)).body as { errors?: Awaited<ReturnType<typeof faults>> }).errors ?? [];
}

const idOf = (body: unknown): string => (body as Document).data[0]?.id ?? '';

function rulesOf(base: string): MarketRules {
  return {
    marketId: `${base}USDT`, base, quote: 'USDT', status: 'online', isApiTradingAllowed: base !== 'BTC', sides: 'both', orderTypes: ['LIMIT', 'MARKET'], quantityStep: '0.01',
    priceTick: '0.0001', minQuantity: '0', minNotional: '1', maxNotional: null, minMarketNotional: '1', maxMarketNotional: null, makerFee: '0', takerFee: '0.0005',
  };
}

/** As an ingestor does. */
async function reportExchange(changes: { readonly isReachable?: boolean; readonly problem?: string } = {}): Promise<void> {
  const nowMs = Date.now();
  const seen = ['HANA', 'AIA', 'BTC'].map((base) => ({
    rules: rulesOf(base),
    tradability: base === 'BTC' ? ({ kind: 'untradable', reason: 'api-trading-off', detail: 'BTCUSDT takes no orders over the API' } as const) : ({ kind: 'tradable' } as const),
  }));
  await api.services.markets.storeMarkets('SIMULATOR', seen, nowMs);
  await api.services.markets.storeStatus({
    venue: 'SIMULATOR', origin: 'http://127.0.0.1:4010', isReachable: true, lastAnswerMs: nowMs, problem: null, clockOffsetMs: 0, roundTripMs: 1, marketsLoadedMs: nowMs,
    updatedAtMs: nowMs, ...changes,
  });
}

// In this order: while nothing is known of the exchange, and then.
it('answers that nothing is known of the exchange yet, and what is wrong by itself before that', async () => {
  const refused = await submit();
  expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
  expect(refused.body).toMatchObject(aProblem(503, 'exchange-unavailable'));
  expect((await submit({ interval: '8h' })).body).toMatchObject({ ...aProblem(422, 'backfill-impossible'), errors: [{ pointer: '/interval', code: 'unsupported-interval' }] });
});

it('accepts a backfill for each asset, on the grid of the interval, and puts it on its queue', async () => {
  await reportExchange();
  const accepted = await submit();
  expect(accepted.status).toBe(202);
  const common = { exchange: 'SIMULATOR', quote: 'USDT', interval: '1h', status: 'queued', progressFraction: 0, isFollowed: false, problem: null, notice: null };
  // The first hour that opens at or after half past midnight.
  const range = { from: '2026-01-01T01:00:00.000Z', to: '2026-01-02T00:00:00.000Z' };
  expect(accepted.body).toMatchObject({ data: [{ base: 'HANA', ...common, ...range }, { base: 'AIA', ...common, ...range }], notices: [] });
  const id = idOf(accepted.body);
  const board = (): Promise<string> => api.get('/queues/api/queues?activeQueue=candle-backfill&status=latest&page=1').then(({ body }) => JSON.stringify(body));
  for (const deadline = performance.now() + 15_000; !(await board()).includes(id) && performance.now() < deadline; ) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await board()).toContain(id);
  // The same again while it is under way is the same.
  expect(idOf((await submit()).body)).toBe(id);
  expect((await api.get(`/v1/candle-backfills/${id}`)).body).toMatchObject({ id, base: 'HANA' });
});

it('says everything that is wrong at once, each with its field and what to do', async () => {
  const many = await faults({ interval: '3m', assets: ['HANA', 'HANNA', 'AIAA'], exchange: 'SIMULATOR' });
  expect(many.map(({ pointer, code }) => [pointer, code])).toEqual([['/interval', 'unsupported-interval'], ['/assets/1', 'unknown-market'], ['/assets/2', 'unknown-market']]);
  expect(many[1]?.detail).toContain('did you mean HANA');
  expect(await faults({ from: '2026-01-03T00:00:00Z' })).toMatchObject([{ pointer: '/from', code: 'period-inverted' }]);
  expect(await faults({ from: new Date(Date.now() + DAY_MS).toISOString(), to: undefined })).toMatchObject([{ pointer: '/from', code: 'from-in-the-future' }]);
});

it.each([
  [{ assets: [] }, '/assets'], [{ assets: ['hana'] }, '/assets/0'], [{ from: 'yesterday' }, '/from'], [{ exchange: 'BINANCE' }, '/exchange'], [{ x: 1 }, '/x'],
])('refuses %j as malformed', async (changes, pointer) => {
  expect((await submit(changes)).body).toMatchObject({ ...aProblem(400, 'validation-failed'), errors: [expect.objectContaining({ pointer })] });
});

it('lets the simulator answer for MEXC and says so, as it says of a market that takes no orders and of an exchange that is away', async () => {
  const { body } = await submit({ exchange: 'MEXC', assets: ['BTC'] });
  expect(body).toMatchObject({ data: [{ exchange: 'SIMULATOR', base: 'BTC' }], notices: [{ code: 'simulator-answers' }, { code: 'market-not-tradable' }] });
  await reportExchange({ isReachable: false, problem: 'nothing listens there' });
  expect((await submit({ assets: ['AIA'], from: '2026-01-01T12:00:00Z' })).body).toMatchObject({ notices: [{ code: 'exchange-away', detail: expect.stringContaining('nothing listens there') }] });
});

it('lists newest first, by status and by id, and cancels once', async () => {
  const { data } = (await api.get('/v1/candle-backfills?status=queued&limit=2')).body as Document;
  expect(data).toHaveLength(2);
  const id = data[1]?.id ?? '';
  expect(((await api.get(`/v1/candle-backfills?ids=${id}`)).body as Document).data.map((one) => one.id)).toEqual([id]);
  const canceled = await api.post(`/v1/candle-backfills/${id}/cancel`);
  expect([canceled.status, (canceled.body as { status: string }).status]).toEqual([202, 'canceled']);
  expect((await api.post(`/v1/candle-backfills/${id}/cancel`)).body).toMatchObject({ id, status: 'canceled' });
  const nowhere = 'bf_01JD9Z5X8Q4Y6T2M3N7P0R1S5V';
  for (const answer of [await api.get(`/v1/candle-backfills/${nowhere}`), await api.post(`/v1/candle-backfills/${nowhere}/cancel`)]) {
    expect(answer.body).toMatchObject(aProblem(404, 'backfill-not-found'));
  }
  expect((await api.get('/v1/candle-backfills/bt_1')).status).toBe(400);
});

it('changes nothing that is stored by anything that was refused', async () => {
  const one = Float64Array.of(1);
  const candles: CandleColumns = { openTimesMs: Float64Array.of(Date.UTC(2026, 0, 1)), opens: one, highs: one, lows: one, closes: one, volumes: one };
  const identity = { exchange: 'SIMULATOR', base: 'HANA', quote: 'USDT', interval: '1h' as const };
  await api.services.candles.upsertCandles(identity, (async function* batches() {
    yield candles;
  })(), 'made');
  const before = [await api.services.candles.fingerprint([identity], { fromMs: null, toMs: null }), (await api.get('/v1/candle-backfills')).body];
  for (const changes of [{ interval: '8h' }, { assets: ['HANNA'] }, { assets: ['HANA', 'NONE'] }, { from: '2030-01-01T00:00:00Z', to: '2031-01-01T00:00:00Z' }]) {
    expect((await submit(changes)).status).toBe(422);
  }
  expect([await api.services.candles.fingerprint([identity], { fromMs: null, toMs: null }), (await api.get('/v1/candle-backfills')).body]).toEqual(before);
});

it('needs the token', async () => {
  for (const path of ['/v1/candle-backfills', '/v1/candle-backfills/bf_01JD9Z5X8Q4Y6T2M3N7P0R1S5V']) expect((await api.anonymous().get(path)).status).toBe(401);
  expect((await api.anonymous().post('/v1/candle-backfills').send(BODY)).status).toBe(401);
});

it('tells which series are followed, and stops that, by names in any letters', async () => {
  const toMs = Date.UTC(2026, 0, 1, 1);
  for (const base of ['HANA', '币安人生']) {
    const identity = { exchange: 'SIMULATOR', base, quote: 'USDT', interval: '1h' as const };
    const [submitted] = await api.services.backfills.submit([{ id: `bf_${ulid()}`, identity, marketId: `${base}USDT`, fromMs: toMs, toMs, isFollowed: true, createdAtMs: toMs }]);
    const id = submitted!.id;
    const claim = await api.services.backfills.claim(id, 'spec', 30_000);
    if (claim.kind !== 'claimed') throw new Error(claim.kind);
    const one = Float64Array.of(1);
    const columns: CandleColumns = { openTimesMs: Float64Array.of(toMs), opens: one, highs: one, lows: one, closes: one, volumes: one };
    await api.services.backfills.storeStep(id, claim.lease.epoch, { fromMs: toMs, nextFromMs: toMs + HOUR_MS, columns, notice: null }, 30_000);
    await api.services.backfills.complete(id, claim.lease.epoch);
  }
  const followed = async () => ((await api.get('/v1/candles/followed')).body as { data: { base: string }[] }).data;
  expect(await followed()).toEqual(['HANA', '币安人生'].map((base) => ({
    exchange: 'SIMULATOR', base, quote: 'USDT', interval: '1h', followed: expect.any(String), next: '2026-01-01T02:00:00.000Z', isBackfilling: expect.any(Boolean), isListed: true,
  })));
  const address = `/v1/candles/followed/SIMULATOR/${encodeURIComponent('币安人生')}/USDT/1h`;
  expect((await api.delete(address)).status).toBe(204);
  expect((await followed()).map(({ base }) => base)).toEqual(['HANA']);
  for (const gone of [address, '/v1/candles/followed/SIMULATOR/HANA/USDT/7h', '/v1/candles/followed/MEXC/HANA/USDT/1h']) {
    expect((await api.delete(gone)).body).toMatchObject(aProblem(404, 'series-not-followed'));
  }
  expect((await api.delete('/v1/candles/followed/BINANCE/hana/USDT/1h')).body).toMatchObject(aProblem(400, 'validation-failed'));
  expect((await api.anonymous().get('/v1/candles/followed')).status).toBe(401);
});
