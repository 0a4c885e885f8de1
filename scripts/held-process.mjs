import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { HOLDER } from './paths.mjs';
import { endProcess, processIdentity } from './processes.mjs';

const HOLDER_MARGIN_MS = 500;
const GRACE_MS = 10_000;

/**
 * Starts a command under a holder (see holder.mjs for the options), which ends it when this process disappears. What an
 * earlier holder of the same pidFile left behind when it was killed is ended first: it may hold the port, and two servers on one file would ruin it.
 * Resolves once the command runs: { name, pid, exited: Promise<{ code, signal }>, isRunning(), stop(), stdout, stderr }; the
 * streams only with `output: 'pipe'` and no logFile.
 */
export async function startHeld(name, options) {
  if (options.pidFile) await endLeftover(options.pidFile, options.stopSignal ?? 'SIGTERM', options.graceMs ?? GRACE_MS);
  const output = options.logFile ? 'ignore' : (options.output ?? 'inherit');
  const holder = spawn(process.execPath, [HOLDER, name], {
    detached: true, // A terminal's Ctrl-C must reach only us: we stop things in order.
    stdio: ['pipe', output, output, 'pipe'],
  });
  holder.stdin.on('error', () => {}); // The holder may be gone already; its exit tells.
  holder.stdin.write(`${JSON.stringify({ env: process.env, ...options })}\n`);
  const { started, exited } = followEvents(holder, name);
  const { pid } = await started;
  let isRunning = true;
  void exited.then(() => (isRunning = false));
  const stop = () => stopHolder(holder, exited, options.graceMs ?? GRACE_MS);
  return { name, pid, exited, stop, isRunning: () => isRunning, stdout: holder.stdout, stderr: holder.stderr };
}

function followEvents(holder, name) {
  let last = { code: null, signal: null };
  const started = new Promise((resolve, reject) => {
    createInterface({ input: holder.stdio[3] }).on('line', (line) => {
      const event = JSON.parse(line);
      if (event.pid !== undefined) resolve(event);
      else if (event.error !== undefined) reject(new Error(`${name} could not be started: ${event.error}`));
      else last = event;
    });
    holder.once('error', reject);
    holder.once('close', (code) => reject(new Error(`${name} could not be started (holder ended with ${code})`)));
  });
  const exited = new Promise((resolve) => holder.once('close', () => resolve(last)));
  return { started, exited };
}

async function stopHolder(holder, exited, graceMs) {
  if (holder.exitCode !== null || holder.signalCode !== null) return exited;
  holder.stdin.end('stop\n');
  const lastResort = setTimeout(() => holder.kill('SIGKILL'), graceMs + HOLDER_MARGIN_MS);
  const end = await exited;
  clearTimeout(lastResort);
  return end;
}

/** Ends what an earlier run left behind (its holder was killed too), known by pid and start time. */
export async function endLeftover(pidFile, signal, graceMs) {
  const record = readRecord(pidFile);
  if (record?.identity === undefined || processIdentity(record.pid) !== record.identity) return;
  await endProcess(record.pid, signal, graceMs);
}

function readRecord(pidFile) {
  try {
    return JSON.parse(readFileSync(pidFile, 'utf8'));
  } catch {
    return undefined; // None, or half-written by a killed holder.
  }
}
