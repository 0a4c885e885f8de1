/** `npm start`: provides whatever is missing, starts the product, keeps it running, and stops it in order. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bootstrap, runMain } from './bootstrap.mjs';
import { ensureBuild } from './build.mjs';
import { exchangeInWords, provideExchange, SIMULATOR } from './exchange.mjs';
import { endLeftover, startHeld } from './held-process.mjs';
import { keepRunning } from './keep-running.mjs';
import { DIST, REPOSITORY } from './paths.mjs';
import { startPostgres } from './postgres.mjs';
import { becomesTrue, printLine, runToEnd, UserError } from './processes.mjs';
import { assertRedisUsable } from './redis-address.mjs';
import { startRedis } from './redis.mjs';
import { showSample } from './sample-backtest.mjs';
import { startSamplePortfolio } from './sample-portfolio.mjs';
import { apiUrlOf, assertPortFree, readStartSettings } from './start-settings.mjs';
import { takePlace } from './supervisor-lock.mjs';

const APPS = ['api', 'backtest-runner', 'price-ingestor', 'strategy-evaluator', 'order-executor'];
/** What only the executor may know: whoever else has it can be made to tell. */
const KEY_VARIABLES = ['EXCHANGE_API_KEY', 'EXCHANGE_API_KEY_FILE', 'EXCHANGE_API_SECRET', 'EXCHANGE_API_SECRET_FILE'];
/** Play strings that everybody may know. */
const SIMULATOR_KEYS = { key: process.env.SIMULATOR_KEY || 'simulator-key', secret: process.env.SIMULATOR_SECRET || 'simulator-secret' };
const APPS_GRACE_MS = 10_000;
/** An order that is on its way is waited for. */
const EXECUTOR_GRACE_MS = 27_000;
const graceOf = (app) => (app === 'order-executor' ? EXECUTOR_GRACE_MS : APPS_GRACE_MS);
const READY_TIMEOUT_MS = 90_000;
const MIGRATION_TIMEOUT_MS = 10 * 60_000;
const MIGRATION_NEWS_AFTER_MS = 3_000;
const INTERRUPTED_CODE = 130;
/** The command line's exit codes for an address that is none, and for a database that cannot be had: its words suffice. */
const ADDRESS_CODES = [2, 7];
/** What the file system says of a folder that is not to be written. */
const UNWRITABLE = ['EACCES', 'EPERM', 'EROFS', 'EEXIST', 'ENOTDIR', 'ENOSPC', 'EDQUOT'];

function pidFileOf(app, { logs }) {
  return path.join(logs, `${app}.pid.json`);
}

function entryOf(app) {
  return path.join(DIST, 'apps', app, 'src', 'main.js');
}

/** Makes the folders and takes the place in them; returns the function that gives it up. */
function occupyFolders({ data, logs, placeFile }) {
  try {
    mkdirSync(data, { recursive: true, mode: 0o711 }); // Passed through by PostgreSQL's user when we are root.
    mkdirSync(logs, { recursive: true, mode: 0o700 });
    return takePlace(placeFile);
  } catch (error) {
    if (!UNWRITABLE.includes(error.code)) throw error;
    throw new UserError(`${data} cannot be written (${error.code}): set REBALANCER_DATA_DIR to a folder of this user with space left`);
  }
}

/** Starts what has no address given; both at once. Resolves { databaseUrl, redisUrl, postgres, redis }. */
async function provideServices(settings, redisServerPath) {
  const [postgres, redis] = await Promise.allSettled([
    settings.databaseUrl ? undefined : keepPostgres(settings),
    settings.redisUrl ? undefined : keepRedis(settings, redisServerPath),
  ]);
  const failure = [postgres, redis].find(({ status }) => status === 'rejected');
  if (failure !== undefined) {
    await Promise.all([postgres.value?.stop(), redis.value?.stop()]);
    throw failure.reason;
  }
  return {
    postgres: postgres.value, databaseUrl: settings.databaseUrl ?? postgres.value.first.url,
    redis: redis.value, redisUrl: settings.redisUrl ?? redis.value.first.url,
  };
}

function keepPostgres({ data, logs }) {
  const logFile = path.join(logs, 'postgres.log');
  let port; // The same again after a restart: the apps were told.
  const start = async () => {
    const server = await startPostgres({
      dataPath: path.join(data, 'postgres'), passwordFile: path.join(data, 'postgres-password'), logFile, port,
    });
    port = server.port;
    return server;
  };
  return keepRunning('postgres', { start, logFile });
}

function keepRedis({ data, logs }, serverPath) {
  const logFile = path.join(logs, 'redis.log');
  let port;
  const start = async () => {
    const server = await startRedis({
      serverPath, folder: path.join(data, 'redis'), passwordFile: path.join(data, 'redis-password'), logFile, port,
    });
    port = server.port;
    return server;
  };
  return keepRunning('redis', { start, logFile });
}

function appEnvironment(services, { exchange, url }) {
  const { DATABASE_URL_FILE: _database, REDIS_URL_FILE: _redis, ...inherited } = process.env; // Read here already.
  return {
    NODE_ENV: 'production', ...inherited, DATABASE_URL: services.databaseUrl, REDIS_URL: services.redisUrl,
    EXCHANGE: exchange, EXCHANGE_URL: url,
  };
}

async function migrate(environment) {
  const news = setTimeout(() => printLine('still migrating, or waiting up to a minute for the database to answer'), MIGRATION_NEWS_AFTER_MS);
  const outcome = await runToEnd(process.execPath, [entryOf('cli'), 'migrate'], {
    cwd: REPOSITORY, env: environment, timeout: MIGRATION_TIMEOUT_MS,
  });
  clearTimeout(news);
  if (ADDRESS_CODES.includes(outcome.code)) throw new UserError(outcome.output.trim().split('\n', 1)[0].replace(/^error: /, ''));
  if (outcome.code !== 0) throw new UserError(`The migrations failed (${outcome.code}):\n${outcome.output.trim()}`);
}

function keepApp(app, environment, settings) {
  const logFile = path.join(settings.logs, `${app}.log`);
  const start = () =>
    startHeld(app, {
      command: process.execPath, args: [entryOf(app)], cwd: REPOSITORY, env: environment, graceMs: graceOf(app), logFile,
      pidFile: pidFileOf(app, settings),
    });
  return keepRunning(app, { start, logFile });
}

/** Of a simulator that was started here its own; one elsewhere may have been given others. */
function executorEnvironment({ exchangeKeys, haltFile }, { exchange }) {
  const keys = exchangeKeys ?? (exchange === 'simulator' ? SIMULATOR_KEYS : null);
  const named = keys === null ? {} : { EXCHANGE_API_KEY: keys.key, EXCHANGE_API_SECRET: keys.secret };
  return { ...named, HALT_FILE: haltFile, HEALTH_PORT: undefined };
}

function startApps(environment, settings, exchange) {
  const own = {
    api: { PORT: String(settings.port), HOST: settings.host, ACCESS_TOKEN_FILE: settings.tokenFile },
    'price-ingestor': { HEALTH_PORT: undefined }, // The runner's, where one was named.
    'strategy-evaluator': { HEALTH_PORT: undefined },
    'order-executor': executorEnvironment(settings, exchange),
  };
  return Promise.all(APPS.map((app) => keepApp(app, { ...environment, ...own[app] }, settings)));
}

async function answers(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}

function writeRuntimeFile(settings, services, { exchange, url, controlUrl }) {
  const runtime = {
    apiUrl: apiUrlOf(settings), databaseUrl: services.databaseUrl, redisUrl: services.redisUrl, supervisorPid: process.pid,
    exchange, exchangeUrl: url, exchangeControlUrl: controlUrl,
  };
  rmSync(settings.runtimeFile, { force: true }); // So that its mode is ours.
  writeFileSync(settings.runtimeFile, `${JSON.stringify(runtime, null, 2)}\n`, { mode: 0o600 });
}

function announce(settings, exchange, hadToken) {
  const url = apiUrlOf(settings);
  const hasNewToken = !hadToken && existsSync(settings.tokenFile);
  if (hasNewToken) printLine(`access token (shown once, kept in ${settings.tokenFile}): ${readFileSync(settings.tokenFile, 'utf8').trim()}`);
  printLine(`exchange:   ${exchangeInWords(exchange, settings.exchangeKeys !== null)}`);
  printLine(`API docs:   ${url}/docs`);
  printLine(`Bull Board: ${url}/queues`);
  printLine(`health:     ${url}/readyz`);
  printLine(`logs:       ${settings.logs}`);
  printLine(`ready: ${url}`);
  printLine('next, in another terminal: bin/rebalancer candles fetch --help, candles import PATH…, then: bin/rebalancer backtest run --help');
}

/** Resolves how it should end: on a signal, or when npm, in whose name we run, was killed. A second signal ends at once. */
function followSignals() {
  const stopping = new AbortController();
  const ask = () => {
    if (stopping.signal.aborted) process.exit(INTERRUPTED_CODE); // The holders stop everything, though in no order.
    stopping.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, ask);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {}); // Nobody reads any more.
  if (process.env.npm_lifecycle_event === 'start') followParent(stopping);
  return stopping;
}

function followParent(stopping) {
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || stopping.signal.aborted || stopping.abort(), 1_000).unref();
}

function untilAborted(signal) {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Everything from services to a ready api; what is started goes into `started`, so that it can be stopped at any point. */
async function bringUp(settings, redisServerPath, stopping, started) {
  started.exchange = await provideExchange(settings, { entry: entryOf(SIMULATOR), pidFile: pidFileOf(SIMULATOR, settings) });
  const services = await provideServices(settings, redisServerPath);
  started.services = services;
  if (stopping.signal.aborted) return;
  const environment = appEnvironment(services, started.exchange);
  await migrate(environment);
  if (stopping.signal.aborted) return;
  const hadToken = existsSync(settings.tokenFile);
  started.apps = await startApps(environment, settings, started.exchange);
  await awaitReady(settings, stopping, started);
  if (stopping.signal.aborted || started.failure !== undefined) return;
  writeRuntimeFile(settings, services, started.exchange);
  announce(settings, started.exchange, hadToken);
  started.sample = showSamples(settings, started.exchange, stopping.signal);
}

/** The backtest first: the executor gets to know its account meanwhile. */
async function showSamples(settings, exchange, signal) {
  await showSample(settings, signal);
  await startSamplePortfolio(settings, exchange, signal);
}

async function awaitReady(settings, stopping, started) {
  const url = `${apiUrlOf(settings)}/readyz`;
  for (const { failed } of kept(started)) void failed.then((message) => (started.failure ??= message));
  const isOver = async () => stopping.signal.aborted || started.failure !== undefined || (await answers(url));
  if (await becomesTrue(isOver, READY_TIMEOUT_MS, 50)) return;
  throw new UserError(`The api did not answer ${url} with 200 in ${READY_TIMEOUT_MS / 1_000} s: see ${path.join(settings.logs, 'api.log')}`);
}

function kept({ exchange, services, apps = [] }) {
  return [exchange?.process, services?.postgres, services?.redis, ...apps].filter((one) => one !== undefined);
}

/** Apps first, since they use the services; Postgres last, since it is the truth. */
async function bringDown(started) {
  await started.sample;
  await Promise.all((started.apps ?? []).map((app) => app.stop()));
  await started.exchange?.process?.stop();
  await started.services?.redis?.stop();
  await started.services?.postgres?.stop();
}

async function runUntilStopped(settings, redisServerPath, stopping) {
  const started = {};
  try {
    await bringUp(settings, redisServerPath, stopping, started);
    const message = await Promise.race([untilAborted(stopping.signal), ...kept(started).map(({ failed }) => failed)]);
    if (typeof message === 'string' && !stopping.signal.aborted) throw new UserError(message);
    printLine('stopping');
  } finally {
    rmSync(settings.runtimeFile, { force: true });
    stopping.abort(); // The sample, where something else ended it all.
    await bringDown(started);
  }
}

function leave() {
  process.exit(INTERRUPTED_CODE);
}

/** Until services run there is nothing to stop in order. */
async function prepare(settings, stopping) {
  stopping.signal.addEventListener('abort', leave, { once: true });
  await Promise.all([...APPS, SIMULATOR].map((app) => endLeftover(pidFileOf(app, settings), 'SIGTERM', graceOf(app))));
  await assertPortFree(settings);
  if (settings.redisUrl !== undefined) await assertRedisUsable(settings.redisUrl);
  const { redisServerPath } = await bootstrap({ needsRedisServer: settings.redisUrl === undefined });
  await ensureBuild();
  stopping.signal.removeEventListener('abort', leave);
  return redisServerPath;
}

await runMain(async () => {
  const settings = readStartSettings();
  // Read, and from here on nothing that is started inherits them: not the simulator, not Redis, not npm.
  for (const name of KEY_VARIABLES) delete process.env[name];
  process.once('exit', occupyFolders(settings));
  const stopping = followSignals();
  const redisServerPath = await prepare(settings, stopping);
  await runUntilStopped(settings, redisServerPath, stopping);
  printLine('stopped');
});
process.exit();
