import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';

// CommonJS with a default export in its types only; required, so that both module systems get the function.
const canonicalize = createRequire(import.meta.url)('canonicalize') as (value: unknown) => string | undefined;

/** SHA-256, as 64 hex digits, of the value's canonical JSON (RFC 8785). @throws TypeError for what JSON cannot say. */
export function canonicalSha256(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError(`${typeof value} has no JSON form`);
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
