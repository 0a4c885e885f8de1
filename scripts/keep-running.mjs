import { setTimeout as delay } from 'node:timers/promises';
import { lastLines } from './rotating-log.mjs';
import { printLine } from './processes.mjs';

export const RESTART_POLICY = { restarts: 5, withinMs: 10 * 60_000, firstDelayMs: 500, longestDelayMs: 30_000 };

/** What to do after a process ended at nowMs, given when it was restarted before: { delayMs }, or undefined to give up. */
export function nextRestart(restartedAtMs, nowMs, policy = RESTART_POLICY) {
  const recent = restartedAtMs.filter((atMs) => nowMs - atMs < policy.withinMs);
  if (recent.length >= policy.restarts) return undefined;
  return { delayMs: Math.min(policy.firstDelayMs * 2 ** recent.length, policy.longestDelayMs) };
}

/**
 * Keeps a process running: starts it, and starts it again whenever it ends by itself, with growing pauses. `start` resolves
 * a held process. Resolves, once it first runs, { first, stop, failed }; `failed` resolves a message when it would not stay up.
 */
export async function keepRunning(name, { start, logFile }) {
  const stopping = new AbortController();
  let current = await start();
  const first = current;
  const failed = (async () => {
    const restartedAtMs = [];
    for (;;) {
      const end = await current.exited;
      if (stopping.signal.aborted) return undefined;
      const restart = nextRestart(restartedAtMs, Date.now());
      if (restart === undefined) return endMessage(name, end, restartedAtMs.length, logFile);
      printLine(`${name} ended (${end.signal ?? `exit code ${end.code}`}); starting it again in ${restart.delayMs} ms, log: ${logFile}`);
      restartedAtMs.push(Date.now());
      current = await restarted(name, start, restart.delayMs, stopping.signal);
      if (stopping.signal.aborted) await current.stop(); // Asked to stop while it was being started.
    }
  })();
  const stop = async () => {
    stopping.abort();
    await current.stop();
    await failed;
  };
  return { first, stop, failed };
}

async function restarted(name, start, delayMs, signal) {
  try {
    await delay(delayMs, undefined, { signal });
    const again = await start();
    printLine(`${name} runs again`);
    return again;
  } catch (error) {
    return notStarted(error);
  }
}

/** Stands for a process that could not even be started: it has ended already. */
function notStarted(cause) {
  return { exited: Promise.resolve({ code: cause.message, signal: null }), stop: async () => {} };
}

function endMessage(name, end, restarts, logFile) {
  const lines = lastLines(logFile, 20).map((line) => `  ${line}`);
  const how = end.signal ?? `exit code ${end.code}`;
  return [`${name} does not stay up (${how}, after ${restarts} restarts); the end of ${logFile}:`, ...lines].join('\n');
}
