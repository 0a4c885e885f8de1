import { ulid } from 'ulid';
import { isTerminal, type CandleBackfill } from '#application';
import { INTERVAL_MS, type SeriesIdentity } from '#domain';
import { PostgresCandleGapStore, PostgresCandleStore } from '#persistence';
import type { SpawnedApp } from '#testing';
import { openIngestProduct, until, type IngestProduct } from '../ingestor/ingest-product.js';
import { CANDLE_CASES, titleOf } from './failpoint-cases.js';
import { failpointsOf, goOn, stateOf, untilHit } from './faulty-product.js';

/** More than a step of a backfill has, so that it takes two at least; on a busy machine it takes more. */
const CANDLES = 20_000;
const MINUTE_MS = INTERVAL_MS['1m'];
const HANA: SeriesIdentity = { exchange: 'SIMULATOR', base: 'HANA', quote: 'USDT', interval: '1m' };
/** Two days ago: long before the simulator's market time began to run faster. */
const TO_MS = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 2_880 * MINUTE_MS;
const FROM_MS = TO_MS - (CANDLES - 1) * MINUTE_MS;
const SHORT = { BACKFILL_LEASE_MS: '1000', JOB_LOCK_MS: '1000', JOB_STALLED_CHECK_MS: '500', RATE_BUDGET: 'off' };

let product: IngestProduct;
beforeAll(async () => {
  product = await openIngestProduct();
}, 120_000);
afterAll(() => product.close());
beforeEach(() => product.dataSource.query('TRUNCATE candle_series, candle_backfill, followed_series, outbox CASCADE'));
afterEach(() => product.stopIngestors());

async function submit(): Promise<string> {
  const [backfill] = await product.backfills.submit([{ id: `bf_${ulid()}`, identity: HANA, marketId: 'HANAUSDT', fromMs: FROM_MS, toMs: TO_MS, isFollowed: false, createdAtMs: Date.now() }]);
  return backfill!.id;
}

const ended = (id: string): Promise<CandleBackfill> => until(async () => (await product.backfills.find(id))!, ({ status }) => isTerminal(status), 60_000);

/** Every minute once, in the order of time, as many as the backfill says, and with what the exchange says of them. */
async function expectWhole(toMs: number, seamMs: number): Promise<void> {
  const [loaded] = await new PostgresCandleStore(product.dataSource).loadColumns([HANA], { fromMs: null, toMs: null }, ['close']);
  expect([...loaded!.openTimesMs]).toEqual(Array.from({ length: (toMs - FROM_MS) / MINUTE_MS + 1 }, (_none, i) => FROM_MS + i * MINUTE_MS));
  const gaps = new PostgresCandleGapStore(product.dataSource);
  expect([await gaps.gapsOf(HANA, 10), await gaps.contiguousStretch(HANA)]).toEqual([[], { fromMs: FROM_MS, toMs }]);
  const first = (seamMs - FROM_MS) / MINUTE_MS - 5;
  const told = await closesTold(seamMs - 5 * MINUTE_MS, Math.min(toMs + MINUTE_MS, seamMs + 5 * MINUTE_MS));
  expect(Array.from(loaded!.columns.close!.subarray(first, first + told.length))).toEqual(told);
}

/** By the exchange's own answer, read past the product. */
async function closesTold(fromMs: number, beforeMs: number): Promise<readonly number[]> {
  const rows = (await (await fetch(`${product.simulator.url}/api/v3/klines?symbol=HANAUSDT&interval=1m&startTime=${fromMs}&endTime=${beforeMs}`)).json()) as readonly (readonly [number, string, string, string, string])[];
  expect(rows.length).toBeGreaterThanOrEqual(5);
  return rows.map(([, , , , close]) => Number(close));
}

async function expectCompleted(id: string, seamMs: number, insertedCount: number): Promise<void> {
  expect(await ended(id)).toMatchObject({ status: 'completed', insertedCount, unchangedCount: CANDLES - insertedCount, gapCount: 0, correctedCount: 0, problem: null });
  await expectWhole(TO_MS, seamMs);
}

/** Some of it, and how far it came is what is stored. */
async function expectBegun(id: string, status: string): Promise<number> {
  const { insertedCount, ...backfill } = (await product.backfills.find(id))!;
  expect(backfill).toMatchObject({ status, nextFromMs: FROM_MS + insertedCount * MINUTE_MS });
  expect([insertedCount > 0, insertedCount < CANDLES]).toEqual([true, true]);
  return insertedCount;
}

/** What had been stored stands; the same range asked for again adds what was not. */
async function expectFailedAndAskedAgain(id: string): Promise<void> {
  expect(await ended(id)).toMatchObject({ status: 'failed', problem: { code: 'internal-error' } });
  const stored = await expectBegun(id, 'failed');
  const seamMs = FROM_MS + stored * MINUTE_MS;
  await expectWhole(seamMs - MINUTE_MS, seamMs);
  await expectCompleted(await submit(), seamMs, CANDLES - stored);
}

async function letLateOneEnd(late: SpawnedApp): Promise<void> {
  expect(await stateOf(late)).toBe('stopped');
  await goOn(late);
  expect(await late.stop()).toEqual({ code: 0, signal: null });
}

for (const playing of CANDLE_CASES) {
  const { failpoint, action } = playing;
  // With the first step stored: the second in hand, or not yet begun.
  const pass = failpoint === 'ingest.after_fetch' ? 2 : 1;
  it(titleOf(playing), async () => {
    const ingestor = await product.startIngestor({ ...SHORT, FAILPOINTS: failpointsOf({ failpoint, action, pass }) });
    const id = await submit();
    await untilHit(ingestor, { failpoint, action });
    if (action === 'THROW') return expectFailedAndAskedAgain(id);
    const seamMs = FROM_MS + (await expectBegun(id, 'running')) * MINUTE_MS;
    await product.startIngestor(SHORT);
    await expectCompleted(id, seamMs, CANDLES);
    if (action !== 'STOP') return;
    await letLateOneEnd(ingestor);
    await expectCompleted(id, seamMs, CANDLES);
  }, 120_000);
}
