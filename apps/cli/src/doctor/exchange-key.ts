import { readBounded } from '../settings/read-bounded.js';

/** An account's key as the environment names it: NAME, or a file by NAME_FILE. Never a flag, and never printed. */
export type ExchangeKey =
  | { readonly kind: 'none' }
  | { readonly kind: 'incomplete'; readonly detail: string; readonly fix: string }
  | { readonly kind: 'complete'; readonly apiKey: string; readonly secret: string };

const NAMES = ['EXCHANGE_API_KEY', 'EXCHANGE_API_SECRET'] as const;
const LONGEST_BYTES = 1_024;

export function readExchangeKey(environment: Readonly<Record<string, string | undefined>>): ExchangeKey {
  const [apiKey, secret] = NAMES.map((name) => read(name, environment));
  for (const found of [apiKey, secret]) {
    if (found?.fault !== undefined) return { kind: 'incomplete', detail: found.fault, fix: 'name a file that this user may read' };
  }
  if (apiKey?.text && secret?.text) return { kind: 'complete', apiKey: apiKey.text, secret: secret.text };
  if (!apiKey?.text && !secret?.text) return { kind: 'none' };
  const [there, missing] = apiKey?.text ? NAMES : [NAMES[1], NAMES[0]];
  return { kind: 'incomplete', detail: `${there} is set and ${missing} is not`, fix: `set ${missing} or ${missing}_FILE` };
}

function read(name: string, environment: Readonly<Record<string, string | undefined>>): { readonly text?: string; readonly fault?: string } {
  const given = environment[name];
  const file = environment[`${name}_FILE`];
  if (given || !file) return { text: given };
  try {
    const text = readBounded(file, LONGEST_BYTES);
    return text === null ? { fault: `${name}_FILE names a file of more than ${LONGEST_BYTES} bytes` } : { text: text.trim() };
  } catch (error) {
    return { fault: `${name}_FILE names a file that cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
}
