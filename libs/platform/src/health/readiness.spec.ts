import { HealthFailure, Readiness, worstOf, type HealthCheck } from './readiness.js';

const check = (name: string, need: HealthCheck['need'], run: () => Promise<void>): HealthCheck => ({ name, need, check: run, failure: `${name} is away` });
const fine = () => Promise.resolve();
const broken = () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.1:5432'));

it.each([
  [[check('db', 'required', fine), check('queue', 'optional', fine)], 'ok'],
  [[check('db', 'required', fine), check('queue', 'optional', broken)], 'degraded'],
  [[check('db', 'required', broken), check('queue', 'optional', broken)], 'unready'],
])('report %#: %s', async (checks, expected) => {
  const report = await new Readiness(checks, 100).report();
  expect(report.status).toBe(expected);
  expect(JSON.stringify(report)).not.toContain('10.0.0.1');
});

it('shows what a sound check has to say, and a failure that is fit to be seen', async () => {
  const told: HealthCheck = { name: 'exchange', need: 'optional', check: async () => 'simulator', failure: 'unused' };
  const refused: HealthCheck = { ...told, name: 'other', check: () => Promise.reject(new HealthFailure('nobody has reported')) };
  expect((await new Readiness([told, refused], 100).report()).checks).toEqual({
    exchange: { status: 'ok', detail: 'simulator' }, other: { status: 'degraded', detail: 'nobody has reported' },
  });
});

it('gives up on a check that never ends', async () => {
  const { checks } = await new Readiness([check('db', 'required', () => new Promise(() => undefined))], 20).report();
  expect(checks).toEqual({ db: { status: 'unready', detail: 'db is away' } });
});

it('asks once for probes that come at once, and again later', async () => {
  let asked = 0;
  const readiness = new Readiness([check('db', 'required', async () => void (asked += 1))], 100);
  await Promise.all([readiness.report(), readiness.report(), readiness.report()]);
  expect(asked).toBe(1);
  await readiness.report();
  expect(asked).toBe(2);
});

it('is as good as its worst check', () => {
  expect([worstOf([]), worstOf(['ok', 'degraded']), worstOf(['degraded', 'unready', 'ok'])]).toEqual(['ok', 'degraded', 'unready']);
});
