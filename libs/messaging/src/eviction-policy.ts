import { Redis } from 'ioredis';

/** Redis would throw jobs away when its memory is full. */
export class EvictionPolicyError extends Error {
  constructor(policy: string) {
    super(
      `Redis has maxmemory-policy ${policy} and would drop jobs when its memory is full; set it to noeviction ` +
        '(`redis-cli config set maxmemory-policy noeviction`, and in redis.conf)',
    );
    this.name = 'EvictionPolicyError';
  }
}

/**
 * Resolves once Redis has answered that it never evicts. A Redis that is away is waited for.
 * @throws EvictionPolicyError with the remedy; the signal's reason when it is aborted meanwhile.
 */
export async function requireNoEviction(redisUrl: string, signal: AbortSignal, onWait: (error: Error) => void): Promise<void> {
  const client = new Redis(redisUrl, { maxRetriesPerRequest: null, retryStrategy: (times) => Math.min(1_000, times * 100) });
  client.on('error', onWait);
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason instanceof Error ? signal.reason : new Error('stopped while waiting for Redis'));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
  try {
    // INFO, since hosted Redis often forbids CONFIG.
    const policy = policyIn(await Promise.race([client.info('memory'), aborted]));
    if (policy !== 'noeviction') throw new EvictionPolicyError(policy);
  } finally {
    client.disconnect();
  }
}

function policyIn(info: string): string {
  return /^maxmemory_policy:(\S+)/mu.exec(info)?.[1] ?? 'unknown';
}
