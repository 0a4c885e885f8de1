import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startPostgres } from './postgres.mjs';

/** A temporary folder through which other users may pass: as root, PostgreSQL runs as another. */
export function throwawayFolder() {
  const parent = [tmpdir(), '/tmp', '/var/tmp'].find((candidate) => isOpenToOthers(path.resolve(candidate)));
  const folder = mkdtempSync(path.join(parent ?? tmpdir(), 'rebalancer-'));
  chmodSync(folder, 0o711);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })); // Interrupted half-way.
  return folder;
}

function isOpenToOthers(folder) {
  if (process.getuid?.() !== 0) return true;
  if (!existsSync(folder) || (statSync(folder).mode & 0o001) === 0) return false;
  const parent = path.dirname(folder);
  return parent === folder || isOpenToOthers(parent);
}

/**
 * A PostgreSQL of its own for tests, in a temporary folder.
 * Resolves { environment, stop }: `environment` is what libs/testing reads.
 */
export async function startTestServices(redisServerPath) {
  const folder = throwawayFolder();
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const postgres = await startPostgres({
      dataPath: path.join(folder, 'postgres'), logFile: path.join(folder, 'postgres.log'), isThrowaway: true,
    });
    const environment = { TEST_DATABASE_ADMIN_URL: postgres.superuserUrl, TEST_REDIS_SERVER: redisServerPath };
    const stop = () => postgres.stop().finally(remove);
    return { environment, folder, stop };
  } catch (error) {
    remove();
    throw error;
  }
}
