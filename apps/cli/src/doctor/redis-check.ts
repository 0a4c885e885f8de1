import { QUEUES, type QueueContract } from '#contracts';
import { inspectRedis, type RedisReport } from '#messaging';
import type { Settings } from '../settings/settings.js';
import { failed, passed, skipped, warned, type CheckResult } from './check.js';

/** The workers of each queue as a check of their own. */
const CHECKS: Readonly<Record<QueueContract['workedBy'], string>> = {
  'backtest-runner': 'runner',
  'price-ingestor': 'ingestor',
  'strategy-evaluator': 'evaluator',
  'order-executor': 'executor',
};

/** Reachable, set up not to lose jobs, and with a worker on every queue. */
export async function checkRedis({ redis }: Settings): Promise<readonly CheckResult[]> {
  if (redis === null)
    return [failed('redis', 'no address is known', 'npm start, or set REDIS_URL'), ...unasked('Redis was not asked')];
  try {
    const report = await inspectRedis(
      redis.value,
      QUEUES.map(({ name }) => name),
    );
    return [setupOf(report), ...QUEUES.map((contract) => workersOf(contract, report))];
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ECONNREFUSED' ? 'nothing listens there' : message || code;
    return [failed('redis', `${redis.from}: ${reason}`, 'npm start, or set REDIS_URL'), ...unasked('Redis is not reachable')];
  }
}

const unasked = (why: string): CheckResult[] => Object.values(CHECKS).map((check) => skipped(check, why));

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

export function workersOf({ name: queue, workedBy }: QueueContract, { workers }: RedisReport): CheckResult {
  const count = workers[queue] ?? 0;
  const check = CHECKS[workedBy];
  if (count === 0) return failed(check, `nobody works on the queue ${queue}`, `npm start, or docker compose up --scale ${workedBy}=1`);
  return passed(check, `${count} on the queue ${queue}`);
}
