import { Worker } from 'bullmq';
import { inspectRedis } from '#messaging';
import { freePort, startTestRedis, type TestRedis } from '#testing';

let redis: TestRedis;
beforeAll(async () => { redis = await startTestRedis(); });
afterAll(() => redis.stop());

it('reports how Redis is set up, and who works', async () => {
  const worker = new Worker('some-queue', async () => {}, { connection: { url: redis.url, maxRetriesPerRequest: null } });
  await worker.waitUntilReady();
  try {
    const report = await inspectRedis(redis.url, ['some-queue', 'other-queue']);
    // As libs/testing starts it: noeviction, no append-only file.
    expect(report).toMatchObject({ evictionPolicy: 'noeviction', isAppendOnly: false, workers: { 'some-queue': 1, 'other-queue': 0 } });
    expect(report.version).toMatch(/^\d+\.\d+/);
  } finally {
    await worker.close();
  }
});

it('does not wait for a Redis that is away', async () => {
  await expect(inspectRedis(`redis://127.0.0.1:${await freePort()}`, [])).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

it('tells a wrong password', async () => {
  await expect(inspectRedis(redis.url.replace(/:[^:@]+@/, ':wrong@'), [])).rejects.toThrow(/WRONGPASS|invalid username-password/i);
});
