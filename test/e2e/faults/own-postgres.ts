import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { repositoryFolder, startHeldProcess, temporaryFolder, type HeldProcess } from '#testing';
import { until } from '../ingestor/ingest-product.js';

const Serving = z.object({ url: z.string(), superuserUrl: z.string(), port: z.number(), pid: z.number() });
type Serving = z.infer<typeof Serving>;

/** A PostgreSQL that a test may stop, starve and fill: the others' one must not be. With `folder` its data is there. */
export async function startOwnPostgres(folder?: string) {
  const own = folder === undefined ? await temporaryFolder() : { path: folder, remove: async () => undefined };
  await chmod(own.path, 0o711); // The server runs as another user than root.
  const dataPath = path.join(own.path, 'postgres');
  let { held, serving } = await launch(dataPath);
  return {
    url: serving.url,
    superuserUrl: serving.superuserUrl,
    dataPath,
    /** As `pg_ctl stop -m immediate`: no word to anybody, and recovery at the next start. */
    crash: async (): Promise<void> => {
      process.kill(serving.pid, 'SIGQUIT');
      await held.exited;
    },
    /** At the same address, with what was committed. */
    startAgain: async (): Promise<void> => {
      ({ held, serving } = await launch(dataPath, serving.port));
    },
    stop: async (): Promise<void> => {
      await held.stop();
      await own.remove();
    },
  };
}

export type OwnPostgres = Awaited<ReturnType<typeof startOwnPostgres>>;

async function launch(dataPath: string, port?: number): Promise<{ readonly held: HeldProcess; readonly serving: Serving }> {
  const script = path.join(repositoryFolder(), 'test/e2e/faults/postgres-server.mjs');
  const held = await startHeldProcess('own-postgres', { command: process.execPath, args: [script, dataPath, ...(port === undefined ? [] : [String(port)])] });
  let isOver = false;
  void held.exited.then(() => (isOver = true));
  const line = await until(async () => /^\{"url".*\}$/mu.exec(held.output())?.[0], (found) => found !== undefined || isOver, 60_000);
  if (line === undefined) throw new Error(`PostgreSQL did not start:\n${held.output()}`);
  return { held, serving: Serving.parse(JSON.parse(line)) };
}
