import type { Located } from './located.js';

const EXCHANGES = ['simulator', 'mexc'] as const;
export type ExchangeName = (typeof EXCHANGES)[number];

/** What was found about the exchange, not yet looked at: most commands never need it. */
export interface LocatedExchange {
  readonly name: Located;
  /** Where the simulator is. */
  readonly url: Located | null;
  /** Hosts beside loopback where a simulator may be: those of EXCHANGE_TRUSTED_HOSTS, and where `npm start` has found one. */
  readonly trustedHosts: readonly string[];
}

export interface KnownExchange {
  readonly kind: 'known';
  readonly name: ExchangeName;
  readonly venue: 'SIMULATOR' | 'MEXC';
  /** Scheme, host and port; null: the exchange's own. */
  readonly origin: string | null;
  readonly trustedHosts: readonly string[];
}

export type ExchangeSetting = { readonly kind: 'none' } | { readonly kind: 'malformed'; readonly detail: string } | KnownExchange;

export function exchangeSetting(located: LocatedExchange | null): ExchangeSetting {
  if (located === null) return { kind: 'none' };
  const { name, url, trustedHosts } = located;
  const known = EXCHANGES.find((one) => one === name.value.toLowerCase());
  if (known === undefined) return malformed(`${name.from} must name ${EXCHANGES.join(' or ')}, not ${JSON.stringify(name.value.slice(0, 40))}`);
  // MEXC is where it is; an address beside it is the simulator's, which nobody wants asked in its name.
  if (known === 'mexc') return { kind: 'known', name: known, venue: 'MEXC', origin: null, trustedHosts: [] };
  if (url === null) return malformed('EXCHANGE_URL must say where the simulator is');
  const isAddress = URL.canParse(url.value) && /^https?:$/.test(new URL(url.value).protocol);
  if (!isAddress) return malformed(`${url.from} must hold an http or https address`);
  return { kind: 'known', name: known, venue: 'SIMULATOR', origin: new URL(url.value).origin, trustedHosts };
}

const malformed = (detail: string): ExchangeSetting => ({ kind: 'malformed', detail });
