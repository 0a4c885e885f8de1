import { QUEUES } from '#contracts';
import { inspectRedis, type RedisReport } from '#messaging';
import type { Settings } from '../settings/settings.js';
import { failed, passed, skipped, warned, type CheckResult } from './check.js';

/** Reachable, set up not to lose jobs, and with a worker on every queue. */
export async function checkRedis({ redis }: Settings): Promise<readonly CheckResult[]> {
  if (redis === null)
    return [failed('redis', 'no address is known', 'npm start, or set REDIS_URL'), skipped('runner', 'Redis was not asked')];
  try {
    const report = await inspectRedis(
      redis.value,
      QUEUES.map(({ name }) => name),
    );
    return [setupOf(report), ...QUEUES.map(({ name }) => workersOf(name, report))];
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ECONNREFUSED' ? 'nothing listens there' : message || code;
    return [failed('redis', `${redis.from}: ${reason}`, 'npm start, or set REDIS_URL'), skipped('runner', 'Redis is not reachable')];
  }
}

export function setupOf({ version, evictionPolicy, isAppendOnly }: RedisReport): CheckResult {
  if (evictionPolicy !== 'noeviction') {
    return failed(
      'redis',
      `Redis ${version} has maxmemory-policy ${evictionPolicy} and would drop jobs`,
      'redis-cli config set maxmemory-policy noeviction',
    );
  }
  if (!isAppendOnly)
    return warned(
      'redis',
      `Redis ${version} keeps no append-only file: after a crash, jobs come back only with the sweeper`,
      'redis-cli config set appendonly yes',
    );
  return passed('redis', `Redis ${version}, noeviction, append-only file`);
}

export function workersOf(queue: string, { workers }: RedisReport): CheckResult {
  const count = workers[queue] ?? 0;
  if (count === 0)
    return failed('runner', `nobody works on the queue ${queue}`, 'npm start, or docker compose up --scale backtest-runner=1');
  return passed('runner', `${count} on the queue ${queue}`);
}
