import { DEFAULT_PARAMETERS } from '#domain';
import type { BacktestRun, RunChangeFeed } from '#application';
import type { EventStream, StreamedEvent } from '#platform';
import { eventOf, isFullySeen, lastSeenVersion, streamRun } from './stream-run.js';

function aRun(version: number, changes: Partial<BacktestRun> = {}): BacktestRun {
  return {
    id: 'bt_1', status: 'running', specSha256: '', dataFingerprint: '', codeVersion: '', priority: 'interactive', version,
    spec: { exchange: 'MEXC', quote: 'USDT', interval: '1m', assets: ['HANA'], fromMs: null, toMs: null, parameters: DEFAULT_PARAMETERS, periodicEveryMs: 1 },
    labels: { name: null, tags: [], note: null }, progress: { fraction: 0.5, simulatedMs: null, barsPerSecond: null },
    figures: null, notices: [], error: null, isCancelRequested: false, createdAtMs: 0, startedAtMs: 0, finishedAtMs: null, ...changes,
  };
}

/** A row that changes, and tells of it. */
class ChangingRun implements RunChangeFeed {
  private listeners = new Set<() => void>();
  reads = 0;

  constructor(private run: BacktestRun | null) {}

  subscribe(_runId: string, listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get listenerCount(): number {
    return this.listeners.size;
  }

  become(run: BacktestRun | null, isTold = true): void {
    this.run = run;
    if (isTold) for (const listener of this.listeners) listener();
  }

  find = async (): Promise<BacktestRun | null> => {
    this.reads += 1;
    return this.run;
  };
}

/** A client that takes the next event only when it is told to. */
class SlowStream implements EventStream {
  isOpen = true;
  readonly sent: StreamedEvent[] = [];
  private resume: (() => void) | null = null;
  private readonly listeners: (() => void)[] = [];

  constructor(private readonly isSlow: boolean) {}

  async send(event: StreamedEvent): Promise<void> {
    this.sent.push(event);
    if (this.isSlow) await new Promise<void>((resolve) => (this.resume = resolve));
  }

  read(): void {
    this.resume?.();
  }

  end(): void {
    this.isOpen = false;
    for (const listener of this.listeners) listener();
  }

  onClose(listener: () => void): void {
    this.listeners.push(listener);
  }
}

const turns = async (count = 5): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

it('gives a slow client the newest state, and none of those it was too slow for', async () => {
  const changing = new ChangingRun(aRun(1));
  const stream = new SlowStream(true);
  const done = streamRun(stream, { find: changing.find, feed: changing, recheckMs: 60_000 }, 'bt_1', 0);
  await turns();
  for (let version = 2; version <= 50; version += 1) changing.become(aRun(version));
  changing.become(aRun(51, { status: 'completed' }));
  stream.read();
  await turns();
  stream.read();
  await done;
  expect(stream.sent.map(({ id, type }) => [id, type])).toEqual([['1', 'backtest.progress'], ['51', 'backtest.completed']]);
  expect(changing.listenerCount).toBe(0);
  expect(stream.isOpen).toBe(false);
});

it('finds a change that nobody told of', async () => {
  const changing = new ChangingRun(aRun(1));
  const stream = new SlowStream(false);
  const done = streamRun(stream, { find: changing.find, feed: changing, recheckMs: 5 }, 'bt_1', 0);
  await turns();
  changing.become(aRun(2, { status: 'canceled' }), false);
  await done;
  expect(stream.sent.map(({ type }) => type)).toEqual(['backtest.progress', 'backtest.canceled']);
});

it('stops reading when the client has gone, and when the run has', async () => {
  const changing = new ChangingRun(aRun(1));
  const left = new SlowStream(false);
  const first = streamRun(left, { find: changing.find, feed: changing, recheckMs: 60_000 }, 'bt_1', 0);
  await turns();
  left.end();
  await first;
  const { reads } = changing;
  changing.become(aRun(2));
  await turns();
  expect(changing.reads).toBe(reads);
  const second = streamRun(new SlowStream(false), { find: changing.find, feed: changing, recheckMs: 60_000 }, 'bt_1', 0);
  changing.become(null);
  await second;
  expect(changing.listenerCount).toBe(0);
});

it('sends nothing that was seen', async () => {
  const changing = new ChangingRun(aRun(7));
  const stream = new SlowStream(false);
  const done = streamRun(stream, { find: changing.find, feed: changing, recheckMs: 60_000 }, 'bt_1', 7);
  await turns();
  expect(stream.sent).toEqual([]);
  changing.become(aRun(8, { status: 'failed', error: { code: 'x', detail: 'y' } }));
  await done;
  expect(stream.sent.map(({ id }) => id)).toEqual(['8']);
});

it.each([
  [undefined, 0], ['5', 5], ['9', 9], ['10', 0], ['-5', 0], ['5.5', 0], ['', 0], ['x', 0],
])('takes Last-Event-ID %j of a run at version 9 for %i', (header, expected) => {
  expect(lastSeenVersion(aRun(9), header)).toBe(expected);
});

it('has nothing more to tell only of an end that was seen', () => {
  expect(isFullySeen(aRun(9, { status: 'completed' }), 9)).toBe(true);
  expect(isFullySeen(aRun(9, { status: 'completed' }), 8)).toBe(false);
  expect(isFullySeen(aRun(9), 9)).toBe(false);
});

it('names events by what the run is now', () => {
  const noProgress = { fraction: 0, simulatedMs: null, barsPerSecond: null };
  expect([aRun(1), aRun(1, { progress: noProgress }), aRun(1, { status: 'queued' }), aRun(1, { status: 'failed' })].map((run) => eventOf(run).type)).toEqual([
    'backtest.progress', 'backtest.started', 'backtest.queued', 'backtest.failed',
  ]);
  expect(eventOf(aRun(1, { labels: { name: 'two\nlines', tags: [], note: null } })).data).not.toContain('\n');
});
