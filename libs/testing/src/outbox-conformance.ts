/// <reference types="jest" />
import type { Outbox, QueuedJob } from '#application';

export interface OutboxSubject {
  readonly outbox: Outbox;
  /** Commits them, in this order. */
  readonly add: (jobs: readonly QueuedJob[]) => Promise<void>;
  /** As if so much time had passed, by the clock that decides; what is under delivery is not touched. */
  readonly letPass: (ms: number) => Promise<void>;
  /** Ends the transactions of dispatchers that are under way, as where their process has died. */
  readonly endTransactions: () => Promise<void>;
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
}

type At = () => OutboxSubject;

const DAY_MS = 86_400_000;
const LONGEST_BACKOFF_MS = 2_000;

/** What every adapter of Outbox must do, whatever stands behind it. Registers tests under the name. */
export function outboxConformance(name: string, makeSubject: () => Promise<OutboxSubject>): void {
  describe(`Outbox by ${name}`, () => {
    let subject: OutboxSubject;
    beforeAll(async () => {
      subject = await makeSubject();
    });
    afterAll(() => subject.close());
    afterEach(() => subject.clear());
    const at = (): OutboxSubject => subject;
    describe('delivery', () => testDelivery(at));
    describe('several dispatchers', () => testDispatchers(at));
    describe('pruning', () => testPruning(at));
  });
}

const aJob = (jobId: string, change: Partial<QueuedJob> = {}): QueuedJob => ({ queue: 'plan-advance', jobId, payload: { planId: jobId }, priority: 1, ...change });

/** Ids of the jobs that a dispatcher with a working transport gets. */
async function taken({ outbox }: OutboxSubject, limit = 100): Promise<string[]> {
  const ids: string[] = [];
  const { delivered, failed } = await outbox.dispatch(limit, async ({ jobId }) => void ids.push(jobId));
  expect([delivered, failed]).toEqual([ids.length, 0]);
  return ids;
}

const fail = ({ outbox }: OutboxSubject) => outbox.dispatch(100, () => Promise.reject(new Error('the queue is away')));

/** A dispatcher that has taken all there is and waits for its transport until `end` is called. */
function aSlowDispatch({ outbox }: OutboxSubject) {
  let [end, start] = [(): void => undefined, (): void => undefined];
  const ended = new Promise<void>((resolve) => (end = resolve));
  const started = new Promise<void>((resolve) => (start = resolve));
  const done = outbox.dispatch(100, () => {
    start();
    return ended;
  });
  return { started, done, end };
}

function testDelivery(at: At): void {
  it('hands over what was committed, oldest first and once', async () => {
    const jobs = [aJob('third', { payload: { planId: 'x', tries: 2 } }), aJob('second', { priority: 4 }), aJob('first', { coalesceKey: 'shard-7' })];
    await at().add(jobs);
    const seen: QueuedJob[] = [];
    expect(await at().outbox.dispatch(2, async (job) => void seen.push(job))).toEqual({ delivered: 2, failed: 0 });
    expect(await at().outbox.dispatch(2, async (job) => void seen.push(job))).toEqual({ delivered: 1, failed: 0 });
    expect(seen).toEqual(jobs);
    expect(await taken(at())).toEqual([]);
  });

  it('keeps those that were rejected, and only those', async () => {
    await at().add([aJob('good'), aJob('bad')]);
    const outcome = await at().outbox.dispatch(100, ({ jobId }) => (jobId === 'bad' ? Promise.reject(new Error('away')) : Promise.resolve()));
    expect(outcome).toEqual({ delivered: 1, failed: 1 });
    await at().letPass(LONGEST_BACKOFF_MS);
    expect(await taken(at())).toEqual(['bad']);
  });

  it('waits longer with every failure, and never longer than two seconds', async () => {
    await at().add([aJob('one')]);
    for (let turn = 0; turn < 14; turn++) {
      expect(await fail(at())).toEqual({ delivered: 0, failed: 1 });
      await at().letPass(LONGEST_BACKOFF_MS);
    }
    await fail(at());
    expect(await taken(at())).toEqual([]);
    await at().letPass(LONGEST_BACKOFF_MS);
    expect(await taken(at())).toEqual(['one']);
  });
}

function testDispatchers(at: At): void {
  it('deliver each job once where they work at the same time', async () => {
    await at().add(Array.from({ length: 20 }, (_none, index) => aJob(`job-${index}`)));
    const seen: string[] = [];
    const deliver = async (job: QueuedJob) => void seen.push(job.jobId);
    await Promise.all([at().outbox.dispatch(15, deliver), at().outbox.dispatch(15, deliver)]);
    await at().outbox.dispatch(100, deliver);
    expect(seen).toHaveLength(20);
    expect(new Set(seen).size).toBe(20);
  });

  it('work on what the others have not taken', async () => {
    await at().add([aJob('slow')]);
    const slow = aSlowDispatch(at());
    await slow.started;
    await at().add([aJob('next')]);
    expect(await taken(at())).toEqual(['next']);
    slow.end();
    expect(await slow.done).toEqual({ delivered: 1, failed: 0 });
    expect(await taken(at())).toEqual([]);
  });

  it('take over from one that is gone, whose word then counts for nothing', async () => {
    await at().add([aJob('orphan'), aJob('other')]);
    const slow = aSlowDispatch(at());
    await slow.started;
    await at().endTransactions();
    expect(await taken(at(), 1)).toEqual(['orphan']);
    slow.end();
    await expect(slow.done).rejects.toMatchObject({ name: 'StoreFailure', kind: 'unavailable' });
    expect(await taken(at())).toEqual(['other']);
  });
}

function testPruning(at: At): void {
  it('removes what was delivered a day ago, as much as is asked for, and nothing that waits', async () => {
    await at().add(['a', 'b', 'c'].map((id) => aJob(id)));
    await taken(at());
    await at().add([aJob('waits')]);
    await fail(at());
    await at().letPass(DAY_MS - 3_600_000);
    expect(await at().outbox.prune(10)).toBe(0);
    await at().letPass(3_600_000 + 1_000);
    expect(await at().outbox.prune(2)).toBe(2);
    expect(await at().outbox.prune(2)).toBe(1);
    expect(await at().outbox.prune(2)).toBe(0);
    expect(await taken(at())).toEqual(['waits']);
  });
}
