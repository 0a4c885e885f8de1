import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { startHeld } from './held-process.mjs';
import { lastLines } from './rotating-log.mjs';
import { becomesTrue, freePort } from './processes.mjs';

const START_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 3_000;

/**
 * Starts a private Redis on a free loopback port, or on the one given. Its settings, with the password, go in by stdin, so that neither a
 * configuration file nor the process list shows them. Resolves { url, port, exited, isRunning, stop }.
 */
export async function startRedis({ serverPath, folder, logFile, passwordFile, port: askedPort }) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const pidFile = path.join(folder, 'redis.pid.json');
  const password = keptPassword(passwordFile);
  const port = askedPort ?? (await freePort());
  const held = await startHeld('redis', {
    command: serverPath, args: ['-'], input: settings({ port, folder, password }),
    cwd: folder, graceMs: STOP_GRACE_MS, logFile, pidFile,
  });
  await awaitReady(held, port, password, logFile);
  return { ...held, port, url: `redis://:${password}@127.0.0.1:${port}` };
}

function settings({ port, folder, password }) {
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${JSON.stringify(folder)}`,
    `requirepass ${password}`,
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction', // BullMQ's keys are no cache: an evicted one is a lost job.
    'daemonize no',
    '',
  ].join('\n');
}

/** A random secret kept for its owner only; without a file, a fresh one. */
export function keptPassword(file) {
  if (file === undefined) return randomBytes(24).toString('hex');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  const password = randomBytes(24).toString('hex');
  writeFileSync(file, `${password}\n`, { mode: 0o600, flag: 'wx' });
  return password;
}

async function awaitReady(held, port, password, logFile) {
  const isReady = await becomesTrue(async () => !held.isRunning() || (await answersPing(port, password)), START_TIMEOUT_MS);
  if (isReady && held.isRunning()) return;
  await held.stop();
  throw new Error(`Redis did not start:\n${lastLines(logFile, 15).join('\n')}`);
}

function answersPing(port, password) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    const settle = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    let reply = '';
    socket.on('data', (chunk) => {
      reply += chunk;
      if (reply.includes('+PONG')) settle(true);
      else if (reply.includes('-')) settle(false); // Still loading its file.
    });
    socket.setTimeout(1_000, () => settle(false));
    socket.once('error', () => settle(false));
  });
}
