import type { Clock, IdSource } from '../ports/clock.port.js';
import { formatToken, tokenSha256, TOKEN_SECRET_BYTES, type NewAccessToken } from './access-token.js';
import type { AccessTokenStore, SecretSource } from './access-token-store.port.js';

export interface TokenIssue {
  readonly store: AccessTokenStore;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly secrets: SecretSource;
}

export type TokenHandOver = (token: string) => Promise<void>;

/** Makes the first token of a fresh database and hands it over. False: one was made before, so nothing was done. */
export function ensureFirstToken(issue: TokenIssue, handOver: TokenHandOver): Promise<boolean> {
  const { token, row } = makeToken(issue, 'first');
  return issue.store.addFirst(row, () => handOver(token));
}

/** Makes one more token and returns it: the only time that anybody sees it. */
export async function createToken(issue: TokenIssue, name: string): Promise<string> {
  const { token, row } = makeToken(issue, name);
  await issue.store.add(row);
  return token;
}

function makeToken({ secrets, ids, clock }: TokenIssue, name: string): { readonly token: string; readonly row: NewAccessToken } {
  const token = formatToken(secrets.bytes(TOKEN_SECRET_BYTES));
  return { token, row: { id: ids.next('tok'), name, tokenSha256: tokenSha256(token), createdAtMs: clock.nowMs() } };
}
