import { existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readToken, type Settings } from '../settings/settings.js';
import { decimal } from '../terminal/figures.js';
import { asFailure } from '../terminal/cli-failure.js';
import { failed, passed, skipped, warned, type CheckResult } from './check.js';

const APPS = ['api', 'backtest-runner', 'price-ingestor', 'strategy-evaluator', 'order-executor', 'exchange-simulator', 'cli'];
const OLDEST_NODE = { major: 20, minor: 19 } as const;
const GIB = 2 ** 30;
const LEAST_FREE_BYTES = GIB;

export function checkNode(version: string): CheckResult {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isEnough = major > OLDEST_NODE.major || (major === OLDEST_NODE.major && minor >= OLDEST_NODE.minor);
  const wanted = `${OLDEST_NODE.major}.${OLDEST_NODE.minor}`;
  return isEnough
    ? passed('node', `Node ${version}`)
    : failed('node', `Node ${version} is too old, ${wanted} is needed`, `nvm install ${OLDEST_NODE.major}`);
}

export function checkBuild(root: string): CheckResult {
  const entries = APPS.filter((app) => !existsSync(join(root, 'dist', 'apps', app, 'src', 'main.js')));
  if (entries.length > 0) return failed('build', `dist/ lacks ${entries.join(', ')}`, 'npm run build');
  const info = join(root, 'dist', 'build-info.json');
  if (!existsSync(info)) return warned('build', 'dist/ does not say which code it is', 'npm run build');
  const { codeVersion } = JSON.parse(readFileSync(info, 'utf8')) as { codeVersion?: string };
  return passed('build', `code ${codeVersion ?? 'unknown'}`);
}

/** The file by which this program finds what `npm start` has started; secrets stand in it. */
export function checkRuntimeFile({ dataDir, api, database }: Settings): CheckResult {
  const path = join(dataDir, 'runtime.json');
  if (!existsSync(path)) {
    const isConfigured = api.from !== 'default' || database !== null;
    return isConfigured
      ? skipped('runtime file', 'not needed: addresses come from flags or environment')
      : failed('runtime file', `${path} is not there: nothing was started here`, 'npm start');
  }
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) !== 0)
    return failed('runtime file', `others may read ${path} (mode ${mode.toString(8)}), and passwords stand in it`, `chmod 600 ${path}`);
  return isJson(path) ? passed('runtime file', path) : failed('runtime file', `${path} is not JSON`, 'npm start');
}

export function checkTokenFile(settings: Settings): CheckResult {
  const { value: path } = settings.tokenFile;
  try {
    readToken(settings);
  } catch (error) {
    return failed('token file', asFailure(error).message, 'npm start (writes .data/access-token), or rebalancer token create');
  }
  const mode = statSync(path).mode & 0o777;
  return (mode & 0o077) === 0
    ? passed('token file', path)
    : failed('token file', `others may read ${path} (mode ${mode.toString(8)})`, `chmod 600 ${path}`);
}

export function checkDisk(root: string, dataDir: string): CheckResult {
  const folder = existsSync(dataDir) ? dataDir : root;
  const { bavail, bsize } = statfsSync(folder);
  const free = `${decimal((bavail * bsize) / GIB, 1)} GiB free at ${folder}`;
  return bavail * bsize >= LEAST_FREE_BYTES ? passed('disk', free) : failed('disk', `only ${free}`, `df -h ${folder}`);
}

function isJson(path: string): boolean {
  try {
    JSON.parse(readFileSync(path, 'utf8'));
    return true;
  } catch {
    return false;
  }
}
