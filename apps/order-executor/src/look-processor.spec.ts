import type { Job } from '#messaging';
import { endLook } from './look-processor.js';

const aJob = (ageMs: number) => {
  const delays: number[] = [];
  const job = { timestamp: Date.now() - ageMs, moveToDelayed: async (atMs: number) => void delays.push(atMs - Date.now()) } as unknown as Job;
  return { job, delays };
};

it('hands a job of another\'s account on for a minute, and then leaves it to the next one', async () => {
  const young = aJob(50_000);
  await expect(endLook({ kind: 'not-ours' }, young.job, 'token')).rejects.toThrow('postponed');
  expect(young.delays).toEqual([expect.closeTo(5_000, -3)]);
  const old = aJob(60_001);
  expect(await endLook({ kind: 'not-ours' }, old.job, 'token')).toEqual({ kind: 'not-ours' });
  expect(old.delays).toEqual([]);
});

it('puts a look that is to be repeated back however old its job is', async () => {
  const { job, delays } = aJob(86_400_000);
  await expect(endLook({ kind: 'again', atMs: Date.now() + 2_000, reason: 'busy' }, job, 'token')).rejects.toThrow('postponed');
  expect(delays).toEqual([expect.closeTo(2_000, -3)]);
});
