import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import canonicalize from 'canonicalize';
import { ulid } from 'ulid';
import type { Clock, Digest, IdSource, SecretSource, Timer } from '#application';

/** Time, chance, ids and hashes as this machine gives them; use cases know the ports only. */
export const systemClock: Clock = { nowMs: () => Date.now() };

export const ulidSource: IdSource = { next: (prefix) => `${prefix}_${ulid()}` };

export const secretSource: SecretSource = { bytes: (count) => randomBytes(count) };

export const systemTimer: Timer = {
  every: (intervalMs, work) => {
    const timer = setInterval(work, intervalMs);
    return () => clearInterval(timer);
  },
  pause: (durationMs) => pause(durationMs),
};

// A CommonJS module whose types describe an ES module: what is imported is the function itself.
const serialize = canonicalize as unknown as (value: unknown) => string | undefined;

/** RFC 8785, then SHA-256. */
export const canonicalDigest: Digest = (value) => {
  const text = serialize(value);
  if (text === undefined) throw new TypeError('only JSON values have a digest');
  return createHash('sha256').update(text, 'utf8').digest('hex');
};
