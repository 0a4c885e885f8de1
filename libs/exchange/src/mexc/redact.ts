export interface Credentials {
  readonly apiKey: string;
  readonly secret: string;
}

/** Text that may be logged or thrown, from text that a venue or a library wrote. */
export type Redact = (text: string) => string;

const MAX_LENGTH = 300;
const HEX_DIGEST = /\b[0-9a-f]{64}\b/gi;
const SIGNED_QUERY = /\?[^\s"'<>]*(?:signature|timestamp)=[^\s"'<>]*/gi;
const SIGNATURE = /signature(=|%3D|["']?\s*:\s*["']?)[^\s&"'<>]*/gi;
// A line break or an escape sequence of the venue's must not write lines of its own into a log.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g;

/** Takes out the account's key and secret, signatures and signed queries, then cuts to what a log can bear. */
export function redactFor(credentials: Credentials | undefined): Redact {
  const secrets = credentials === undefined ? [] : [credentials.secret, credentials.apiKey].flatMap(spellings);
  return (text) => {
    const known = secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text.slice(0, 16 * MAX_LENGTH));
    const clean = known.replace(SIGNED_QUERY, '?***').replace(SIGNATURE, 'signature=***').replace(HEX_DIGEST, '***');
    return clean.replace(CONTROL, ' ').slice(0, MAX_LENGTH);
  };
}

function spellings(secret: string): string[] {
  return secret === '' ? [] : [secret, encodeURIComponent(secret)];
}
