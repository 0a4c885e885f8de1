import { createHash } from 'node:crypto';

const PREFIX = 'reb_';
const SECRET_BYTES = 32;
const FORM = /^reb_[A-Za-z0-9_-]{43}$/;

/** A token as the database knows it: never the token itself. */
export interface AccessToken {
  readonly id: string;
  readonly name: string;
  readonly lastUsedAtMs: number | null;
}

export interface NewAccessToken {
  readonly id: string;
  readonly name: string;
  /** Lower case hexadecimal. */
  readonly tokenSha256: string;
  readonly createdAtMs: number;
}

/** `reb_` and 32 bytes as base64url. The prefix lets scanners of leaked secrets find it. */
export function formatToken(secret: Uint8Array): string {
  if (secret.length !== SECRET_BYTES) throw new RangeError(`a token is made of ${SECRET_BYTES} bytes, not ${secret.length}`);
  return `${PREFIX}${Buffer.from(secret).toString('base64url')}`;
}

export const isWellFormedToken = (text: string): boolean => FORM.test(text);

/** A random token of 256 bits needs no slow hash, and its hash is looked up in the same time for every guess. */
export const tokenSha256 = (token: string): string => createHash('sha256').update(token, 'utf8').digest('hex');

export const TOKEN_SECRET_BYTES = SECRET_BYTES;
