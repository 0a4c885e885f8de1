import { z } from 'zod';
import { ConfigurationError } from './read-config.js';

const MEXC_ORIGIN = 'https://api.mexc.com';
/** Where a simulator serves unless told otherwise. */
const SIMULATOR_ORIGIN = 'http://127.0.0.1:4010';

const origin = z.string().refine(isOrigin, `expected an address without a path, such as ${SIMULATOR_ORIGIN}`).transform((text) => new URL(text).origin);
const HOST_RULE = 'expected host names, more of them after commas';
const hosts = z.string().regex(/^[\w.-]{1,253}(?:,[\w.-]{1,253}){0,19}$/u, HOST_RULE).transform((text) => text.split(','));

/** The variables that say which exchange is talked to, for a schema of `readConfig`. */
export const exchangeFields = {
  EXCHANGE: z.preprocess((text) => (typeof text === 'string' ? text.toLowerCase() : text), z.enum(['simulator', 'mexc'], 'expected simulator or mexc')).default('simulator'),
  EXCHANGE_URL: origin.optional(),
  /** Hosts beside loopback where a simulator may be, as between containers. */
  EXCHANGE_TRUSTED_HOSTS: hosts.default([]),
};

export interface ExchangeSelection {
  /** What stands as the exchange beside candles and prices: made ones never pass for real ones. */
  readonly venue: 'MEXC' | 'SIMULATOR';
  readonly origin: string;
  readonly trustedHosts: readonly string[];
  /** For people: what an order would move. */
  readonly money: 'real' | 'play money';
}

/** @throws ConfigurationError for the real exchange at another address than its own: its candles would pass for real ones */
export function selectExchange(values: { readonly EXCHANGE: 'simulator' | 'mexc'; readonly EXCHANGE_URL?: string | undefined; readonly EXCHANGE_TRUSTED_HOSTS: readonly string[] }): ExchangeSelection {
  const { EXCHANGE: name, EXCHANGE_URL: url, EXCHANGE_TRUSTED_HOSTS: trustedHosts } = values;
  if (name === 'simulator') return { venue: 'SIMULATOR', origin: url ?? SIMULATOR_ORIGIN, trustedHosts, money: 'play money' };
  if (url !== undefined && url !== MEXC_ORIGIN) {
    throw new ConfigurationError([`EXCHANGE_URL: MEXC is reached at ${MEXC_ORIGIN} only; remove it, or set EXCHANGE=simulator`]);
  }
  return { venue: 'MEXC', origin: MEXC_ORIGIN, trustedHosts: [], money: 'real' };
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, pathname, search, hash } = new URL(text);
  return /^https?:$/u.test(protocol) && [username, password, search, hash].every((part) => part === '') && pathname === '/';
}
