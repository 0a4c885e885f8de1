import type { AccessToken, NewAccessToken } from './access-token.js';

/** Access tokens, by their hash. A revoked token is found by nobody, and still counts as one that was made. */
export interface AccessTokenStore {
  /**
   * Stores the token where none was ever made, and calls `handOver` before that is committed: a token that cannot be
   * handed over is not stored. Of several processes at once, one wins. False: there is one already.
   */
  addFirst(token: NewAccessToken, handOver: () => Promise<void>): Promise<boolean>;
  add(token: NewAccessToken): Promise<void>;
  findBySha256(tokenSha256: string): Promise<AccessToken | null>;
  /** Moves the time of last use forward, never back. */
  markUsed(id: string, atMs: number): Promise<void>;
}

/** Bytes that nobody can guess. */
export interface SecretSource {
  bytes(count: number): Uint8Array;
}
