import { mkdirSync, existsSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startHeld } from './held-process.mjs';
import { giveTo, preparePostgresHome } from './postgres-home.mjs';
import { becomesTrue, commandLine, endProcess, freePort, isAlive, runToEnd, UserError } from './processes.mjs';
import { keptPassword } from './redis.mjs';
import { lastLines } from './rotating-log.mjs';

const START_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 5_000;
const ATTEMPTS = 5;
/** Passing troubles: a port taken meanwhile, or a killed predecessor whose last processes still hold its memory. */
const PASSING = /Address already in use|pre-existing shared memory block/;
const SUPERUSER = 'postgres';
const OWNER = 'rebalancer';

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '128MB',
  max_connections: '100',
  log_min_messages: 'warning',
};
/** For data that is thrown away: nothing has to survive a crash of the machine. */
const THROWAWAY = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/**
 * Starts the embedded PostgreSQL on a free loopback port (or the one given), making the cluster (with the database and role `rebalancer`) on
 * first use. Passwords are random and kept beside the data. Resolves
 * { url, superuserUrl, port, exited, isRunning, stop }: `url` is the product's database, `superuserUrl` the database `postgres`.
 */
export async function startPostgres({ dataPath, passwordFile, logFile, port, isThrowaway = false }) {
  const home = preparePostgresHome(dataPath);
  const password = keptPassword(passwordFile);
  if (!existsSync(path.join(home.data, 'PG_VERSION'))) await createCluster(home, password);
  await endOrphan(home.data);
  const settings = { ...SETTINGS, ...(isThrowaway ? THROWAWAY : {}) };
  const server = await startServer(home, settings, logFile, port);
  const urlOf = (user, database) => `postgresql://${user}:${password}@127.0.0.1:${server.port}/${database}`;
  return { ...server.held, port: server.port, url: urlOf(OWNER, OWNER), superuserUrl: urlOf(SUPERUSER, 'postgres') };
}

/** Made beside its place and moved there when complete, so that an interrupted first start leaves nothing half-made. */
async function createCluster(home, password) {
  const unfinished = `${home.data}.unfinished`;
  const passwordInput = `${home.data}.password-input`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  giveTo(home.account, unfinished);
  rmSync(passwordInput, { force: true });
  writeFileSync(passwordInput, password, { mode: 0o600 });
  giveTo(home.account, passwordInput);
  try {
    await initialize(home, unfinished, passwordInput);
    await createDatabase(home, unfinished, password);
  } finally {
    rmSync(passwordInput, { force: true });
  }
  renameSync(unfinished, home.data);
}

async function initialize(home, folder, passwordInput) {
  const outcome = await runBinary(home, 'initdb', [
    `--pgdata=${folder}`, `--username=${SUPERUSER}`, `--pwfile=${passwordInput}`, '--auth=scram-sha-256',
    '--encoding=UTF8', '--locale=C', // Text sorts by bytes, alike on every machine.
  ]);
  if (outcome.code !== 0) throw new UserError(`PostgreSQL could not make its data folder ${folder}:\n${outcome.output.trim()}`);
}

/** In single-user mode, which needs neither a port nor a client library. */
async function createDatabase(home, folder, password) {
  const statements = [`CREATE ROLE ${OWNER} LOGIN PASSWORD '${password}'`, `CREATE DATABASE ${OWNER} OWNER ${OWNER}`];
  const outcome = await runBinary(home, 'postgres', ['--single', '-D', folder, 'postgres'], `${statements.join('\n')}\n`);
  if (outcome.code !== 0 || /ERROR|FATAL/.test(outcome.output)) {
    throw new Error(`PostgreSQL could not create the database:\n${outcome.output.trim()}`);
  }
}

function runBinary(home, name, args, input) {
  const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
  return runToEnd(path.join(home.binaries, 'bin', name), args, { ...home.account, cwd: '/', env, input });
}

/** A server left by a killed predecessor is stopped, if the data folder it runs on is ours; a dead one's file is no obstacle. */
async function endOrphan(data) {
  const file = path.join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (pid > 1 && isAlive(pid) && runsOn(pid, data)) await endProcess(pid, 'SIGINT', STOP_GRACE_MS);
  else rmSync(file); // PostgreSQL would be misled by a stranger that was given the same pid.
}

function runsOn(pid, data) {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === data; // The server works from within its data folder.
  } catch {
    return commandLine(pid).includes(data);
  }
}

async function startServer(home, settings, logFile, askedPort) {
  for (let attempt = 1; ; attempt += 1) {
    const port = askedPort ?? (await freePort());
    const held = await launch(home, { ...settings, port: String(port) }, logFile);
    if (await isServing(held, home.data)) return { held, port };
    await held.stop();
    const lines = lastLines(logFile, 15).join('\n');
    if (attempt === ATTEMPTS || !PASSING.test(lines)) throw new Error(`PostgreSQL did not start:\n${lines}`);
    await becomesTrue(() => false, 500);
  }
}

function launch(home, settings, logFile) {
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return startHeld('postgres', {
    command: path.join(home.binaries, 'bin', 'postgres'), args: ['-D', home.data, ...flags],
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }, cwd: '/', ...home.account,
    stopSignal: 'SIGINT', // Fast shutdown: sessions are ended, nothing committed is lost.
    graceMs: STOP_GRACE_MS, logFile,
  });
}

/** The server writes its state as the eighth line of postmaster.pid; pg_ctl waits for the same word. */
async function isServing(held, data) {
  const isReady = () => {
    try {
      const lines = readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n');
      return Number(lines[0]) === held.pid && lines[7]?.trim() === 'ready';
    } catch {
      return false;
    }
  };
  await becomesTrue(() => !held.isRunning() || isReady(), START_TIMEOUT_MS);
  return held.isRunning() && isReady();
}
