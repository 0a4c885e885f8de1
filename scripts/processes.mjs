import { execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const OUTPUT_LIMIT_CHARACTERS = 200_000;

/** An error whose message is all that a user needs: printed as one line, without a stack. */
export class UserError extends Error {}

export function printLine(line) {
  process.stdout.write(`${line}\n`);
}

export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return false; // EPERM: it lives and belongs to somebody else.
  }
  return !isZombie(pid);
}

function isZombie(pid) {
  return linuxStat(pid)?.state === 'Z';
}

function linuxStat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], startTicks: fields[19] };
  } catch {
    return undefined;
  }
}

/** Tells a process from a later one with the same pid; undefined when none is alive. */
export function processIdentity(pid) {
  if (!Number.isSafeInteger(pid) || pid <= 1 || !isAlive(pid)) return undefined;
  const stat = linuxStat(pid);
  if (stat !== undefined) return `${bootId()}/${stat.startTicks}`;
  return psColumn(pid, 'lstart');
}

function bootId() {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** The command line of a process, words joined by spaces; empty when unknown. */
export function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
  } catch {
    return psColumn(pid, 'command') ?? '';
  }
}

function psColumn(pid, column) {
  try {
    return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

/** Ends a process that is ours: first politely, then by SIGKILL. */
export async function endProcess(pid, signal, graceMs) {
  sendSignal(pid, signal);
  if (await becomesTrue(() => !isAlive(pid), graceMs)) return;
  sendSignal(pid, 'SIGKILL');
  await becomesTrue(() => !isAlive(pid), 2_000);
}

export function sendSignal(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Polls a claim; false when it did not come true in time. */
export async function becomesTrue(claim, timeoutMs, intervalMs = 40) {
  const deadline = performance.now() + timeoutMs;
  while (!(await claim())) {
    if (performance.now() >= deadline) return false;
    await delay(intervalMs);
  }
  return true;
}

/**
 * Runs a command to its end. Resolves { code, output }, output being both streams, bounded. It is ended when this process
 * exits meanwhile, unless `mayOutlive` (a package manager half-way leaves a mess).
 */
export function runToEnd(command, args, options = {}) {
  const { mayOutlive = false, input, ...spawnOptions } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...spawnOptions });
    const endChild = () => child.kill();
    if (!mayOutlive) process.once('exit', endChild);
    child.stdin.on('error', () => {}).end(input); // It may end without having read all.
    let output = '';
    const collect = (chunk) => (output = (output + chunk).slice(-OUTPUT_LIMIT_CHARACTERS));
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.off('exit', endChild);
      resolve({ code: code ?? signal, output });
    });
  });
}

export function findOnPath(names, searchPath = process.env.PATH ?? '') {
  for (const name of names) {
    for (const folder of searchPath.split(path.delimiter)) {
      const file = path.join(folder, name);
      if (path.isAbsolute(file) && isExecutable(file)) return file;
    }
  }
  return undefined;
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
