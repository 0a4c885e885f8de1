import path from 'node:path';
import { startHeldProcess, type HeldProcess, type ProcessEnd } from './held-process.js';
import { repositoryFolder } from './repository.js';

const DEFAULT_READY_TIMEOUT_MS = 40_000;
const SHOWN_CHARACTERS = 4_000;

export interface SpawnedApp {
  readonly pid: number;
  readonly exited: Promise<ProcessEnd>;
  readonly output: () => string;
  /** Resolves once the output so far matches; fails with the output when the app ends or the time is over. */
  readonly untilOutput: (pattern: RegExp, timeoutMs?: number) => Promise<void>;
  /** Signals the app's process itself. */
  readonly kill: (signal: NodeJS.Signals) => void;
  /** SIGTERM, then SIGKILL after ten seconds. */
  readonly stop: () => Promise<ProcessEnd>;
}

export interface SpawnAppOptions {
  /** What makes the app ready: a pattern in its output, or a claim polled until it is true. None: once it runs. */
  readonly ready?: RegExp | (() => Promise<boolean>);
  readonly readyTimeoutMs?: number;
  readonly args?: readonly string[];
}

/**
 * Starts a built app as a process of its own, `node dist/<entry>` (for example 'apps/api/src/main.js'); `env` is added to the
 * environment, an undefined value removes a variable. The app ends with the test's process at the latest.
 */
export async function spawnApp(
  entry: string,
  env: Readonly<Record<string, string | undefined>>,
  options: SpawnAppOptions = {},
): Promise<SpawnedApp> {
  const root = repositoryFolder();
  const held = await startHeldProcess(entry, {
    command: process.execPath,
    args: [path.join(root, 'dist', entry), ...(options.args ?? [])],
    env: { ...process.env, ...env },
    cwd: root,
  });
  const app = asApp(entry, held);
  try {
    await untilReady(app, entry, options);
  } catch (error) {
    await app.stop();
    throw error;
  }
  return app;
}

function asApp(entry: string, held: HeldProcess): SpawnedApp {
  return {
    pid: held.pid,
    exited: held.exited,
    output: held.output,
    untilOutput: (pattern, timeoutMs = DEFAULT_READY_TIMEOUT_MS) => untilOutput(entry, held, pattern, timeoutMs),
    kill: (signal) => void process.kill(held.pid, signal),
    stop: held.stop,
  };
}

async function untilReady(app: SpawnedApp, entry: string, options: SpawnAppOptions): Promise<void> {
  const { ready, readyTimeoutMs = DEFAULT_READY_TIMEOUT_MS } = options;
  if (ready instanceof RegExp) return app.untilOutput(ready, readyTimeoutMs);
  if (ready === undefined) return;
  let end: ProcessEnd | undefined;
  void app.exited.then((value) => (end = value));
  const deadline = performance.now() + readyTimeoutMs;
  while (!(await ready())) {
    if (end !== undefined) throw failure(entry, `ended with ${end.code ?? end.signal}`, app.output());
    if (performance.now() > deadline) throw failure(entry, `was not ready in ${readyTimeoutMs} ms`, app.output());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function untilOutput(entry: string, held: HeldProcess, pattern: RegExp, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      unsubscribe();
      clearTimeout(timer);
      if (error === undefined) resolve();
      else reject(error);
    };
    const look = (output: string): void => {
      if (pattern.test(output)) settle();
    };
    const timer = setTimeout(() => settle(failure(entry, `did not print ${pattern} in ${timeoutMs} ms`, held.output())), timeoutMs);
    const unsubscribe = held.onOutput(look);
    void held.exited.then((end) => settle(failure(entry, `ended with ${end.code ?? end.signal} before ${pattern}`, held.output())));
    look(held.output());
  });
}

function failure(entry: string, what: string, output: string): Error {
  return new Error(`${entry} ${what}; its output:\n${output.slice(-SHOWN_CHARACTERS)}`);
}
