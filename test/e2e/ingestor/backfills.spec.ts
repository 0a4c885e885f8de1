import { ulid } from 'ulid';
import { isTerminal, type CandleBackfill, type NewBackfill } from '#application';
import { INTERVAL_MS, type SeriesIdentity } from '#domain';
import { PostgresCandleGapStore, PostgresCandleStore } from '#persistence';
import { openIngestProduct, until, type IngestProduct } from './ingest-product.js';

/** Some seventy pages, five steps: there is time to interrupt it, twice. */
const CANDLES = 75_000;
const MINUTE_MS = INTERVAL_MS['1m'];
const HANA: SeriesIdentity = { exchange: 'SIMULATOR', base: 'HANA', quote: 'USDT', interval: '1m' };
/** Two days ago: long before the simulator's market time began to run faster. */
const TO_MS = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 2_880 * MINUTE_MS;
const FROM_MS = TO_MS - (CANDLES - 1) * MINUTE_MS;
const QUICK = { BACKFILL_LEASE_MS: '1500', RATE_BUDGET: 'off' };

let product: IngestProduct;
/** What a backfill that nobody interrupted brings. */
let undisturbed: readonly Float64Array[];
beforeAll(async () => {
  product = await openIngestProduct();
  const ingestor = await product.startIngestor(QUICK);
  expect(await ended(await submit())).toMatchObject({ status: 'completed', insertedCount: CANDLES, gapCount: 0, correctedCount: 0 });
  undisturbed = await stored();
  await ingestor.stop();
});
afterAll(() => product.close());
beforeEach(() => product.dataSource.query('TRUNCATE candle_series, candle_backfill, followed_series, outbox CASCADE'));
afterEach(async () => {
  await product.heal();
  await product.stopIngestors();
});

async function submit(overrides: Partial<NewBackfill> = {}): Promise<string> {
  const [backfill] = await product.backfills.submit([
    { id: `bf_${ulid()}`, identity: HANA, marketId: 'HANAUSDT', fromMs: FROM_MS, toMs: TO_MS, isFollowed: false, createdAtMs: Date.now(), ...overrides },
  ]);
  return backfill!.id;
}

const find = async (id: string): Promise<CandleBackfill> => (await product.backfills.find(id))!;
const ended = (id: string) => until(() => find(id), ({ status }) => isTerminal(status), 60_000);
/** Some has been stored beyond that, and it is not over. */
const further = (id: string, fromMs: number) => until(() => find(id), ({ nextFromMs, status }) => nextFromMs > fromMs || isTerminal(status), 60_000);

async function stored(): Promise<readonly Float64Array[]> {
  const [loaded] = await new PostgresCandleStore(product.dataSource).loadColumns([HANA], { fromMs: null, toMs: null }, ['open', 'high', 'low', 'close', 'volume']);
  return [loaded!.openTimesMs, ...Object.values(loaded!.columns)];
}

async function expectUndisturbed(id: string): Promise<void> {
  expect(await ended(id)).toMatchObject({ status: 'completed', insertedCount: CANDLES, unchangedCount: 0, correctedCount: 0, gapCount: 0, problem: null });
  const columns = await stored();
  expect(columns.map((column, index) => Buffer.compare(bytesOf(column), bytesOf(undisturbed[index]!)))).toEqual([0, 0, 0, 0, 0, 0]);
  const gaps = new PostgresCandleGapStore(product.dataSource);
  expect([await gaps.gapsOf(HANA, 10), await gaps.contiguousStretch(HANA)]).toEqual([[], { fromMs: FROM_MS, toMs: TO_MS }]);
}

const bytesOf = (column: Float64Array) => Buffer.from(column.buffer, column.byteOffset, column.byteLength);

it('a backfill whose ingestor is killed, twice, ends without a gap and as if nobody had been', async () => {
  const id = await submit();
  let farMs = FROM_MS;
  for (let kill = 0; kill < 2; kill++) {
    const ingestor = await product.startIngestor(QUICK);
    const seen = await further(id, farMs);
    ingestor.kill('SIGKILL');
    await ingestor.exited;
    expect(seen.status).toBe('running');
    farMs = (await find(id)).nextFromMs;
  }
  expect(farMs).toBeLessThan(TO_MS);
  await product.startIngestor(QUICK);
  await expectUndisturbed(id);
});

it('an exchange that is away in the middle is waited for, and the reason told meanwhile; the end is the same', async () => {
  await product.startIngestor(QUICK);
  const id = await submit();
  await further(id, FROM_MS);
  await product.simulator.control('POST', '/faults', { fault: 'error-before-acceptance', on: 'GET /api/v3/klines', parameters: { status: 503 } });
  const waiting = await until(() => find(id), ({ problem, status }) => problem !== null || isTerminal(status), 60_000);
  expect(waiting).toMatchObject({ status: 'queued', problem: { code: expect.stringMatching(/^exchange-/u), detail: expect.stringContaining('so since') } });
  expect(waiting.nextFromMs).toBeLessThan(TO_MS);
  await product.heal();
  await expectUndisturbed(id);
});

it('a queue that is emptied in the middle, and an ingestor that is told to stop, change nothing either', async () => {
  const first = await product.startIngestor(QUICK);
  const id = await submit();
  await further(id, FROM_MS);
  await first.stop();
  expect(await find(id)).toMatchObject({ status: 'queued', problem: null });
  await product.redis.flush();
  await product.startIngestor(QUICK);
  await expectUndisturbed(id);
});

it('connections that break and pages that are cut short cost patience, not candles', async () => {
  await product.startIngestor(QUICK);
  for (const [fault, more] of [['reset-before-acceptance', { rate: 0.05 }], ['garbled-answer', { rate: 0.05 }], ['short-pages', { rate: 0.3, parameters: { rows: 200 } }]] as const) {
    await product.simulator.control('POST', '/faults', { fault, on: 'GET /api/v3/klines', ...more });
  }
  await expectUndisturbed(await submit());
});

it('a series that a backfill left behind is followed up to the last candle that closed', async () => {
  await product.startIngestor(QUICK);
  const closedMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 2 * MINUTE_MS;
  const id = await submit({ fromMs: closedMs - 60 * MINUTE_MS, toMs: closedMs - 10 * MINUTE_MS, isFollowed: true });
  expect(await ended(id)).toMatchObject({ status: 'completed', insertedCount: 51 });
  const lastOpenMs = async () => (await new PostgresCandleStore(product.dataSource).coverageOf([HANA]))[0]?.lastOpenMs ?? 0;
  await until(lastOpenMs, (timeMs) => timeMs >= closedMs);
  const [edge] = await product.dataSource.query<[{ n: number }]>('SELECT count(*)::int AS n FROM candle_edge');
  expect(edge.n).toBeGreaterThanOrEqual(10);
});
