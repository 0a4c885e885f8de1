export interface Credentials {
  readonly apiKey: string;
  readonly secret: string;
}

/** Text that may be logged or thrown, from text that a venue or a library wrote. */
export type Redact = (text: string) => string;

const MAX_LENGTH = 300;
/** What is taken out makes room for what follows. */
const MAX_READ = 16 * MAX_LENGTH;
const HEX_DIGEST = /\b[0-9a-f]{64}\b/gi;
const SIGNED_QUERY = /\?[^\s"'<>]*(?:signature|timestamp)=[^\s"'<>]*/gi;
const SIGNATURE = /signature(=|%3D|["']?\s*:\s*["']?)[^\s&"'<>]*/gi;
// A line break or an escape sequence of the venue's must not write lines of its own into a log.
const CONTROL = /\p{Cc}+/gu;

/** Takes out the account's key and secret, signatures and signed queries, then cuts to what a log can bear. */
export function redactFor(credentials: Credentials | undefined): Redact {
  const secrets = credentials === undefined ? [] : [credentials.secret, credentials.apiKey].flatMap(spellings);
  const longest = Math.max(0, ...secrets.map(({ length }) => length));
  return (text) => {
    const read = text.slice(0, MAX_READ);
    const known = secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), read);
    // Where reading ended in the middle of a secret, nobody would know it for one.
    const whole = read.length < text.length ? known.slice(0, -longest || undefined) : known;
    const clean = whole.replace(SIGNED_QUERY, '?***').replace(SIGNATURE, 'signature=***').replace(HEX_DIGEST, '***');
    return clean.replace(CONTROL, ' ').slice(0, MAX_LENGTH);
  };
}

/** As it is, in an address, in a form, and in JSON; the digits of an escape in either case. */
function spellings(secret: string): string[] {
  if (secret === '') return [];
  const encoded = [encodeURIComponent(secret), new URLSearchParams({ '': secret }).toString().slice(1)];
  const lower = encoded.map((text) => text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()));
  return [...new Set([secret, ...encoded, ...lower, JSON.stringify(secret).slice(1, -1)])];
}
