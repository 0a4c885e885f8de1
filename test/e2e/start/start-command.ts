import { chmod, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { freePort, repositoryFolder, startHeldProcess, temporaryFolder, type HeldProcess, type TemporaryFolder } from '#testing';

const READY_TIMEOUT_MS = 60_000;

const Runtime = z.object({
  apiUrl: z.string(), databaseUrl: z.string(), redisUrl: z.string(), supervisorPid: z.number(),
  exchange: z.enum(['simulator', 'mexc']), exchangeUrl: z.string().optional(), exchangeControlUrl: z.string().optional(),
});

export interface StartedProduct {
  readonly supervisor: HeldProcess;
  readonly url: string;
  /** What `npm start` wrote for the command line. */
  readonly runtime: z.infer<typeof Runtime>;
}

/** A data folder that PostgreSQL's user may pass through when the tests run as root. */
export async function dataFolder(): Promise<TemporaryFolder> {
  const folder = await temporaryFolder();
  await chmod(folder.path, 0o711);
  return folder;
}

const launched: HeldProcess[] = [];

/** Stops whatever a failed test left running. */
export async function stopAll(): Promise<void> {
  await Promise.all(launched.splice(0).map((supervisor) => supervisor.stop()));
}

/** Runs what `npm start` runs, on a data folder of its own; without the sample, unless the test is about it. */
export async function launch(data: string, env: Readonly<Record<string, string | undefined>>): Promise<HeldProcess> {
  const supervisor = await startHeldProcess('npm-start', {
    command: process.execPath,
    args: [path.join(repositoryFolder(), 'scripts', 'start.mjs')],
    env: { ...process.env, REBALANCER_DATA_DIR: data, REBALANCER_SAMPLE: 'off', ...env },
    graceMs: 25_000,
  });
  launched.push(supervisor);
  return supervisor;
}

/** Launches, and waits for the line `ready: …`. */
export async function startProduct(data: string, env: Readonly<Record<string, string | undefined>> = {}): Promise<StartedProduct> {
  const port = String(await freePort());
  const supervisor = await launch(data, { PORT: port, ...env });
  await untilPrinted(supervisor, /^ready: /m);
  const runtime = Runtime.parse(JSON.parse(await readFile(path.join(data, 'runtime.json'), 'utf8')));
  return { supervisor, url: `http://127.0.0.1:${port}`, runtime };
}

export function untilPrinted(supervisor: HeldProcess, pattern: RegExp, timeoutMs = READY_TIMEOUT_MS): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (what: string): void => reject(new Error(`npm start ${what}:\n${supervisor.output()}`));
    const timer = setTimeout(() => fail(`did not print ${pattern}`), timeoutMs);
    const unsubscribe = supervisor.onOutput((output) => look(output));
    const look = (output: string): void => {
      if (!pattern.test(output)) return;
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    look(supervisor.output());
    const failEarly = (): void => {
      clearTimeout(timer);
      fail(`ended before ${pattern}`);
    };
    void supervisor.exited.then(failEarly);
  });
}
