/**
 * Holds one child process so that it cannot outlive whoever started it.
 *
 * The first line on stdin is JSON: { command, args, env, cwd, uid, gid, stopSignal, graceMs, logFile, pidFile, input }.
 * A later line `stop`, SIGTERM, or the end of stdin (the starter is gone, however it went) stops the child: stopSignal, and
 * SIGKILL to its group after graceMs. Events go to descriptor 3 as JSON lines: { pid } once, then { code, signal }.
 * Without logFile the child's output is this process's output.
 */
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { openRotatingLog } from './rotating-log.mjs';
import { processIdentity } from './processes.mjs';

const EVENTS = 3;
let child;
let options;
let isStopping = false;

function tell(event) {
  try {
    writeSync(EVENTS, `${JSON.stringify(event)}\n`);
  } catch {
    // The starter is gone; the end of stdin says the same, and is acted upon.
  }
}

function signalGroup(signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Nobody is left in the group.
  }
}

function stop() {
  if (child === undefined) process.exit(0);
  if (isStopping) return;
  isStopping = true;
  child.kill(options.stopSignal);
  setTimeout(() => signalGroup('SIGKILL'), options.graceMs).unref();
}

function finish(code, signal) {
  if (options.pidFile) rmSync(options.pidFile, { force: true });
  tell({ code, signal });
  process.exit(code ?? 1);
}

function refuse(error) {
  tell({ error: error.message });
  process.exit(1);
}

process.once('uncaughtException', refuse);

function hold(given) {
  options = { stopSignal: 'SIGTERM', graceMs: 10_000, ...given };
  const log = options.logFile ? openRotatingLog(options.logFile) : undefined;
  const output = log ? 'pipe' : 'inherit';
  child = spawn(options.command, options.args, {
    env: options.env, cwd: options.cwd, uid: options.uid, gid: options.gid,
    detached: true, // A group of its own, so that the last resort reaches grandchildren but not this process.
    stdio: [options.input === undefined ? 'ignore' : 'pipe', output, output],
  });
  child.once('error', refuse);
  child.once('spawn', () => announce());
  child.once('exit', () => signalGroup('SIGKILL')); // Whatever it left behind in its group, which may hold its output open.
  child.once('close', finish);
  process.once('exit', () => signalGroup('SIGKILL')); // Even when this process ends by a defect of its own.
  if (options.input !== undefined) child.stdin.on('error', () => {}).end(options.input);
  if (log) for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => log.write(chunk));
}

function announce() {
  const record = { pid: child.pid, identity: processIdentity(child.pid) };
  tell(record);
  if (options.pidFile) writeFileSync(options.pidFile, JSON.stringify(record), { mode: 0o600 });
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop);
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (options === undefined) hold(JSON.parse(line));
  else if (line === 'stop') stop();
});
lines.once('close', stop);
