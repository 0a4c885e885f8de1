import type { Clock } from '../ports/clock.port.js';
import { isWellFormedToken, tokenSha256, type AccessToken } from './access-token.js';
import type { AccessTokenStore } from './access-token-store.port.js';

/** Often enough to see which token is in use, seldom enough that reading costs no writing. */
export const LAST_USE_RESOLUTION_MS = 60_000;

export interface TokenCheck {
  readonly store: AccessTokenStore;
  readonly clock: Clock;
}

/** The live token behind this text, or null. What is not formed like a token is refused without asking the database. */
export async function verifyToken({ store, clock }: TokenCheck, text: string): Promise<AccessToken | null> {
  if (!isWellFormedToken(text)) return null;
  const token = await store.findBySha256(tokenSha256(text));
  if (token === null) return null;
  const nowMs = clock.nowMs();
  if (isUseDue(token.lastUsedAtMs, nowMs)) await store.markUsed(token.id, nowMs);
  return token;
}

/** Whether the stored time of last use is old enough to be written again. */
export function isUseDue(lastUsedAtMs: number | null, nowMs: number): boolean {
  return lastUsedAtMs === null || nowMs - lastUsedAtMs >= LAST_USE_RESOLUTION_MS;
}
