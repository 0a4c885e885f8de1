/** The first start's sample: candles through API, queue and ingestor, a backtest on them, its summary and where to look at it. */
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startHeld } from './held-process.mjs';
import { DIST, REPOSITORY } from './paths.mjs';
import { printLine } from './processes.mjs';
import { apiUrlOf } from './start-settings.mjs';

const ASSETS = 'HANA,AIA,XAN';
const FETCH = ['candles', 'fetch', '--assets', ASSETS, '--interval', '1h', '--from', '90d', '--timeout', '60'];
const BACKTEST = ['backtest', 'run', '--assets', ASSETS, '--interval', '1h', '--name', 'first sample', '--wait', '--timeout', '60'];
/** Until the ingestor has loaded the exchange's markets, the API says "try again". */
const UNAVAILABLE_CODE = 7;
const PATIENCE_MS = 45_000;
const PAUSE_MS = 500;
const OUTPUT_LIMIT_CHARACTERS = 100_000;
const GRACE_MS = 3_000;

/** Runs once a data folder. Never fails: what goes wrong is told, and tried again by the next start. */
export async function showSample(settings, signal) {
  const doneFile = path.join(settings.data, 'sample-backtest-done');
  if (!settings.wantsSample || existsSync(doneFile)) return;
  printLine(`sample: fetching 90 days of hourly candles of ${ASSETS} and running a first backtest on them (once; REBALANCER_SAMPLE=off leaves it out)`);
  const startedMs = performance.now();
  try {
    await untilAvailable(() => rebalancer(FETCH, settings, signal), startedMs, signal);
    const output = await rebalancer([...BACKTEST, '--exchange', settings.exchange.toUpperCase()], settings, signal);
    printLine(`\n${output.stdout.trim()}\n`);
    if (settings.exchange === 'simulator') printLine('sample: these are made prices of the simulator, not a market');
    printLine(`sample: done in ${Math.round((performance.now() - startedMs) / 1_000)} s; look at it (any user name, the access token as password):`);
    printLine(`result: ${apiUrlOf(settings)}/results/${/bt_[0-9A-Z]{26}/.exec(output.stdout)?.[0] ?? ''}`);
    writeFileSync(doneFile, '');
  } catch (error) {
    if (!signal.aborted) printLine(`sample: left out, because ${error.message}; everything else runs. By hand: bin/rebalancer ${FETCH.slice(0, -2).join(' ')}`);
  }
}

/** Tries again while the command line ends with a code that passes by itself: the API does not know yet, by default. */
export async function untilAvailable(act, startedMs, signal, passing = [UNAVAILABLE_CODE]) {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!passing.includes(error.code) || performance.now() - startedMs > PATIENCE_MS) throw error;
    }
    await delay(PAUSE_MS, undefined, { signal });
  }
}

/** Runs the built command line as a user would; rejects with its first line of complaint, and its exit code as `code`. */
export async function rebalancer(args, settings, signal) {
  const { REBALANCER_API_URL: _url, DATABASE_URL: _database, REDIS_URL: _redis, ...inherited } = process.env;
  const env = { ...inherited, REBALANCER_API_URL: apiUrlOf(settings), REBALANCER_TOKEN_FILE: settings.tokenFile, REBALANCER_DATA_DIR: settings.data, NO_COLOR: '1', COLUMNS: '80' };
  const end = await runChild([path.join(DIST, 'apps', 'cli', 'src', 'main.js'), ...args], env, signal);
  if (end.code === 0) return end;
  const complaint = end.stderr.split('\n').find((line) => line.startsWith('error:'))?.slice('error: '.length) ?? `\`rebalancer ${args.slice(0, 2).join(' ')}\` ended with ${end.code}`;
  throw Object.assign(new Error(complaint), { code: end.code });
}

/** Under a holder like everything else: it ends with us, however we end. Resolves { code, stdout, stderr }. */
async function runChild(args, env, signal) {
  signal.throwIfAborted();
  const child = await startHeld('sample', { command: process.execPath, args, cwd: REPOSITORY, env, graceMs: GRACE_MS, output: 'pipe' });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => (output[name] = (output[name] + text).slice(-OUTPUT_LIMIT_CHARACTERS)));
  }
  const end = () => void child.stop();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  const { code, signal: by } = await child.exited;
  signal.removeEventListener('abort', end);
  return { code: code ?? by, ...output };
}
