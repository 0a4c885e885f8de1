import { VenueFailure, type VenueName } from '#application';
import { failed, type CheckResult } from './check.js';

interface Explanation {
  readonly words: string;
  readonly fix: string;
}

const KEYS = 'https://www.mexc.com/user/openapi';
const NEW_KEY = `make a new key at ${KEYS} and set EXCHANGE_API_KEY and EXCHANGE_API_SECRET`;

/** By MEXC's own code, which says more than the status. */
const BY_CODE: Readonly<Record<string, Explanation>> = {
  '10072': { words: 'the exchange does not know this key: it is mistyped, deleted, or ran out (a key without an IP list lives 90 days)', fix: NEW_KEY },
  '402': { words: 'this key has run out (a key without an IP list lives 90 days)', fix: NEW_KEY },
  '602': { words: 'the signature is wrong: the secret does not belong to this key', fix: 'set EXCHANGE_API_SECRET to the secret that came with EXCHANGE_API_KEY' },
  '700002': { words: 'the signature is wrong: the secret does not belong to this key', fix: 'set EXCHANGE_API_SECRET to the secret that came with EXCHANGE_API_KEY' },
  '700003': { words: "the request was dated outside of what the exchange allows: this machine's clock is off", fix: 'timedatectl set-ntp true' },
  '10073': { words: "the request was dated outside of what the exchange allows: this machine's clock is off", fix: 'timedatectl set-ntp true' },
  '700006': { words: 'this machine\'s IP address is not on the key\'s list', fix: `add this machine's public address to the key at ${KEYS}` },
  '406': { words: 'this machine\'s IP address is not on the key\'s list', fix: `add this machine's public address to the key at ${KEYS}` },
  '700007': { words: 'the key lacks a permission', fix: `allow "account read" and "spot trade" (never withdrawal) for the key at ${KEYS}` },
};

const BY_KIND: Readonly<Record<string, Explanation>> = {
  auth: { words: 'the key or its secret is not accepted', fix: NEW_KEY },
  permission: { words: 'the key is not allowed to do this', fix: `look at the key's permissions and its IP list at ${KEYS}` },
  'clock-skew': { words: "this machine's clock is off", fix: 'timedatectl set-ntp true' },
};

/** A simulator knows one account, and what it refuses may be a good key of MEXC's. */
const ASK_MEXC = 'EXCHANGE=mexc rebalancer doctor (asks MEXC itself; the simulator takes simulator-key and simulator-secret unless told otherwise)';

const NAME = 'account';

/** Why an account could not be read, in words with a remedy. Holds neither key nor secret, whatever the failure says. */
export function accountVerdict(venue: VenueName, error: unknown, secrets: readonly string[]): CheckResult {
  const message = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), error instanceof Error ? error.message : String(error));
  if (!(error instanceof VenueFailure)) return failed(NAME, message, 'rebalancer doctor');
  const { code } = error.details;
  const found = (code === undefined ? undefined : BY_CODE[code]) ?? BY_KIND[error.kind];
  if (found === undefined) return failed(NAME, `the account could not be read: ${message}`, 'rebalancer exchange');
  const words = `${found.words} (${code === undefined ? error.kind : `code ${code}`})`;
  return venue === 'SIMULATOR' ? failed(NAME, `the simulator, not MEXC, says: ${words}`, ASK_MEXC) : failed(NAME, words, found.fix);
}
