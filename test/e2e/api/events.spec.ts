import { get as httpGet, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { BacktestRun } from '#contracts';
import { API_LIMITS } from '../../../apps/api/src/limits.js';
import { aProblem, startApi, type ApiFixture } from './api-fixture.js';
import { aNewRun, aResult, claimRun, completeRun, runId, submitRun } from './made-runs.js';

let api: ApiFixture;
beforeAll(async () => {
  api = await startApi({ withRedis: false });
});
afterAll(() => api.stop());

interface Watched {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly events: EventSourceMessage[];
  readonly comments: string[];
  /** Resolves with the events once so many have come. */
  readonly until: (count: number) => Promise<readonly EventSourceMessage[]>;
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>;
  readonly leave: () => void;
}

const open: Watched[] = [];
afterEach(() => {
  for (const watched of open.splice(0)) watched.leave();
});

async function watch(id: string, lastEventId?: string): Promise<Watched> {
  const headers = { authorization: `Bearer ${api.token}`, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpGet(`${api.base}/v1/backtests/${id}/events`, { headers, agent: false }, resolve).on('error', reject);
  });
  const events: EventSourceMessage[] = [];
  const comments: string[] = [];
  const waiting = new Set<() => void>();
  const parser = createParser({ onEvent: (event) => void events.push(event), onComment: (comment) => void comments.push(comment) });
  response.setEncoding('utf8').on('data', (chunk: string) => {
    parser.feed(chunk);
    for (const look of waiting) look();
  });
  response.on('error', () => undefined); // We left.
  const ended = new Promise<void>((resolve) => response.once('end', resolve));
  const until = (count: number) =>
    new Promise<readonly EventSourceMessage[]>((resolve) => {
      const look = (): void => {
        if (events.length < count) return;
        waiting.delete(look);
        resolve(events);
      };
      waiting.add(look);
      look();
    });
  const watched = { status: response.statusCode ?? 0, headers: response.headers, events, comments, until, ended, leave: () => void response.destroy() };
  open.push(watched);
  return watched;
}

const types = (events: readonly EventSourceMessage[]) => events.map(({ event }) => event);
const versions = (events: readonly EventSourceMessage[]) => events.map(({ id }) => Number(id));

async function progress(id: string, epoch: number, fraction: number): Promise<void> {
  const told = { fraction, simulatedMs: 1_700_000_000_000, barsPerSecond: 1e6 };
  expect(await api.services.runs.heartbeat(id, epoch, told, 60_000)).toBe('continue');
}

it('tells a run from queued to completed, in order, with growing ids, and ends', async () => {
  const run = await submitRun(api.services, aNewRun(1));
  const watched = await watch(run.id);
  expect(watched.status).toBe(200);
  expect(watched.headers).toMatchObject({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no', 'cache-control': 'no-store, no-transform' });
  await watched.until(1);
  const epoch = await claimRun(api.services, run.id);
  await watched.until(2);
  await progress(run.id, epoch, 0.25);
  await watched.until(3);
  await progress(run.id, epoch, 0.5);
  await watched.until(4);
  expect(await api.services.runs.complete(run.id, epoch, aResult())).toBe(true);
  await watched.ended;
  expect(types(watched.events)).toEqual(['backtest.queued', 'backtest.started', 'backtest.progress', 'backtest.progress', 'backtest.completed']);
  expect(versions(watched.events)).toEqual([...versions(watched.events)].sort((left, right) => left - right));
  expect(new Set(versions(watched.events)).size).toBe(5);
  const states = watched.events.map(({ data }) => BacktestRun.parse(JSON.parse(data)));
  expect(states.map((state) => state.progress.fraction)).toEqual([0, 0, 0.25, 0.5, 1]);
  expect(states.at(-1)?.figures?.totalReturn).toBe(0.1);
});

it('sends the state at once to who comes late', async () => {
  const run = await submitRun(api.services, aNewRun(2));
  await progress(run.id, await claimRun(api.services, run.id), 0.7);
  const watched = await watch(run.id);
  const [first] = await watched.until(1);
  expect(first?.event).toBe('backtest.progress');
  expect(BacktestRun.parse(JSON.parse(first?.data ?? '')).progress.fraction).toBe(0.7);
});

it('replays nothing to who comes back, and goes on from there', async () => {
  const run = await submitRun(api.services, aNewRun(3));
  const first = await watch(run.id);
  const [seen] = await first.until(1);
  first.leave();
  const again = await watch(run.id, seen?.id);
  const epoch = await claimRun(api.services, run.id);
  const [next] = await again.until(1);
  expect(next?.event).toBe('backtest.started');
  expect(Number(next?.id)).toBeGreaterThan(Number(seen?.id));
  again.leave();
  await progress(run.id, epoch, 0.3);
  await progress(run.id, epoch, 0.6);
  const [missed] = await (await watch(run.id, next?.id)).until(1);
  expect(BacktestRun.parse(JSON.parse(missed?.data ?? '')).progress.fraction).toBe(0.6);
});

it('after the end sends the terminal event once, then nothing but 204', async () => {
  await completeRun(api.services, aNewRun(4));
  const late = await watch(runId(4));
  await late.ended;
  expect(types(late.events)).toEqual(['backtest.completed']);
  const again = await watch(runId(4), late.events[0]?.id);
  expect(again.status).toBe(204);
  const older = await watch(runId(4), '1');
  await older.ended;
  expect(types(older.events)).toEqual(['backtest.completed']);
});

it.each([['failed', 5], ['canceled', 6]] as const)('ends with backtest.%s', async (status, number) => {
  const run = await submitRun(api.services, aNewRun(number));
  const watched = await watch(run.id);
  await watched.until(1);
  const epoch = await claimRun(api.services, run.id);
  if (status === 'failed') await api.services.runs.fail(run.id, epoch, { code: 'no-overlap', detail: 'no bars' });
  else await api.services.runs.markCanceled(run.id, epoch);
  await watched.ended;
  expect(types(watched.events).at(-1)).toBe(`backtest.${status}`);
});

it.each(['garbage', '-1', '1e99', '99999999999999', '1;DROP', "'"])('takes the Last-Event-ID %j for nothing seen', async (lastEventId) => {
  await completeRun(api.services, { ...aNewRun(7), id: runId(40 + lastEventId.length) });
  const watched = await watch(runId(40 + lastEventId.length), lastEventId);
  await watched.ended;
  expect(types(watched.events)).toEqual(['backtest.completed']);
});

it('ends when its run is deleted', async () => {
  const run = await submitRun(api.services, aNewRun(8));
  const watched = await watch(run.id);
  await watched.until(1);
  await api.services.runs.requestCancel(run.id);
  await watched.ended;
  expect((await api.delete(`/v1/backtests/${run.id}`)).status).toBe(204);
  expect((await watch(run.id)).status).toBe(404);
});

it('keeps to its number of streams, and takes a new one when one has gone', async () => {
  const run = await submitRun(api.services, aNewRun(9));
  const taken = api.services.eventStreams.size;
  const all = await Promise.all(Array.from({ length: API_LIMITS.streams - taken }, () => watch(run.id)));
  await Promise.all(all.map((watched) => watched.until(1)));
  const refused = await api.get(`/v1/backtests/${run.id}/events`);
  expect(refused.body).toMatchObject(aProblem(429, 'too-many-streams'));
  expect(refused.headers['retry-after']).toBe('5');
  expect((await api.get(`/v1/backtests/${run.id}`)).status).toBe(200);
  all[0]?.leave();
  while (api.services.eventStreams.size >= API_LIMITS.streams) await new Promise((resolve) => setImmediate(resolve));
  expect((await watch(run.id)).status).toBe(200);
});
