import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { backtestRun, candleBackfill, portfolioEvaluate } from '#contracts';
import { temporaryFolder, type TemporaryFolder } from '#testing';
import { resolveSettings, type Settings } from '../settings/settings.js';
import { checkBuild, checkDisk, checkNode, checkRuntimeFile, checkTokenFile } from './local-checks.js';
import { setupOf, workersOf } from './redis-check.js';

let folder: TemporaryFolder;
let settings: Settings;
beforeEach(async () => {
  folder = await temporaryFolder();
  settings = resolveSettings({}, {}, {}, folder.path);
});
afterEach(() => folder.remove());

const inFolder = (name: string): string => path.join(folder.path, name);

it.each([
  ['20.19.0', 'ok'],
  ['20.20.2', 'ok'],
  ['22.0.0', 'ok'],
  ['20.18.3', 'failed'],
  ['18.20.0', 'failed'],
])('takes Node %s as %s', (version, status) => {
  expect(checkNode(version).status).toBe(status);
});

it('names what a build lacks and how to make it', () => {
  expect(checkBuild(folder.path)).toEqual({
    name: 'build',
    status: 'failed',
    detail: 'dist/ lacks api, backtest-runner, price-ingestor, strategy-evaluator, order-executor, exchange-simulator, cli',
    fix: 'npm run build',
  });
});

it('finds room on the disk of a data folder that is not there yet', () => {
  expect(checkDisk(folder.path, inFolder('none')).detail).toContain(folder.path);
});

describe('the runtime file', () => {
  it('is missing where nothing was started and nothing else says where services are', () => {
    expect(checkRuntimeFile(settings)).toMatchObject({ status: 'failed', fix: 'npm start' });
  });

  it('is not needed where the environment says it', () => {
    expect(checkRuntimeFile(resolveSettings({}, { DATABASE_URL: 'postgres://x/y' }, {}, folder.path)).status).toBe('skipped');
  });

  it('must be for its owner only', async () => {
    await writeFile(inFolder('runtime.json'), '{}', { mode: 0o600 });
    expect(checkRuntimeFile(settings).status).toBe('ok');
    await chmod(inFolder('runtime.json'), 0o644);
    expect(checkRuntimeFile(settings)).toMatchObject({ status: 'failed', fix: `chmod 600 ${inFolder('runtime.json')}` });
  });

  it('must be JSON', async () => {
    await writeFile(inFolder('runtime.json'), '{', { mode: 0o600 });
    expect(checkRuntimeFile(settings)).toMatchObject({ status: 'failed', fix: 'npm start' });
  });
});

it('wants the token for its owner only', async () => {
  expect(checkTokenFile(settings).status).toBe('failed');
  await writeFile(inFolder('access-token'), 'reb_x\n', { mode: 0o600 });
  expect(checkTokenFile(settings).status).toBe('ok');
  await chmod(inFolder('access-token'), 0o640);
  expect(checkTokenFile(settings)).toMatchObject({ status: 'failed', fix: `chmod 600 ${inFolder('access-token')}` });
});

describe('redis', () => {
  const report = { version: '7.0.15', evictionPolicy: 'noeviction', isAppendOnly: true, workers: { 'backtest-run': 2 } };

  it('must never evict, and had better keep its file', () => {
    expect(setupOf(report).status).toBe('ok');
    expect(setupOf({ ...report, evictionPolicy: 'allkeys-lru' })).toMatchObject({
      status: 'failed',
      fix: 'redis-cli config set maxmemory-policy noeviction',
    });
    expect(setupOf({ ...report, isAppendOnly: false }).status).toBe('warning');
  });

  it('needs a worker on every queue', () => {
    expect(workersOf(backtestRun, report)).toMatchObject({ name: 'runner', status: 'ok', detail: '2 on the queue backtest-run' });
    expect(workersOf(backtestRun, { ...report, workers: {} })).toMatchObject({ name: 'runner', status: 'failed' });
    expect(workersOf(candleBackfill, report)).toMatchObject({ name: 'ingestor', status: 'failed', fix: expect.stringContaining('--scale price-ingestor=1') });
    expect(workersOf(portfolioEvaluate, report)).toMatchObject({ name: 'evaluator', status: 'failed' });
    expect(workersOf(portfolioEvaluate, { ...report, workers: { 'portfolio-evaluate': 1 } })).toMatchObject({ name: 'evaluator', status: 'ok' });
  });
});
