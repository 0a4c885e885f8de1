import { createHash } from 'node:crypto';
import { VenueFailure } from '#application';
import type { Endpoint } from './endpoints.js';
import type { HttpExchange } from './http-send.js';
import type { MexcClass } from './load-mexc-class.js';
import type { Credentials } from './redact.js';

/** The time that a request is signed with, and how long after it the venue may take it. */
export interface Signing {
  readonly timestampMs: number;
  readonly receiveWindowMs: number;
}

/** A request as ccxt built and signed it. */
export interface WireRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type QueryParameters = Readonly<Record<string, string | number>>;

export interface RawCall {
  readonly endpoint: Endpoint;
  readonly parameters: QueryParameters;
  /** Null for public data. */
  readonly signing: Signing | null;
  readonly send: (request: WireRequest) => Promise<HttpExchange>;
}

/** Builds and signs one request as ccxt does, sends it, and gives back what came of it, unread. */
export type CcxtRequest = (call: RawCall) => Promise<HttpExchange>;

export interface CcxtParts {
  readonly origin: string;
  readonly credentials: Credentials | undefined;
  readonly timeoutMs: number;
}

/** No process talks to more than a few origins with more than a few keys. */
const MOST_OPEN = 16;
const opened = new Map<string, CcxtRequest>();

/** One of ccxt's instances takes some ten milliseconds to make: those with the same origin and the same key share it. */
export function sharedCcxt(Mexc: MexcClass, parts: CcxtParts): CcxtRequest {
  const { origin, credentials, timeoutMs } = parts;
  const key = createHash('sha256').update(JSON.stringify([origin, credentials?.apiKey ?? null, credentials?.secret ?? null, timeoutMs])).digest('hex');
  const known = opened.get(key);
  if (known !== undefined) return known;
  if (opened.size >= MOST_OPEN) opened.clear();
  const request = openCcxt(Mexc, parts);
  opened.set(key, request);
  return request;
}

/**
 * ccxt's mexc with methods of its own for what must not be left to it: time comes from the caller, requests go out through
 * `send`, and the last request, which holds the key and a signed address, is not kept. Its throttle and its retries are off:
 * they would count this process alone, and send an order again.
 */
function openCcxt(Mexc: MexcClass, parts: CcxtParts): CcxtRequest {
  let current: RawCall | null = null;
  const only = (): RawCall => {
    if (current === null) throw notSent('ccxt asks for a request that nobody made');
    return current;
  };
  class RawMexc extends Mexc {
    override nonce(): number {
      return only().signing?.timestampMs ?? Number.NaN;
    }
    override setLastRequest(): void {}
    override fetchSwapMarkets(): Promise<never[]> {
      return Promise.resolve([]);
    }
    override fetch(url: string, method = 'GET', headers: Record<string, string> = {}): Promise<HttpExchange> {
      const { signing, send } = only();
      if (signing !== null) assertSignedWith(url, signing);
      return send({ url, method, headers: { 'User-Agent': String(this.userAgents['chrome']), ...headers } });
    }
  }
  const exchange = new RawMexc(settings(parts));
  // ccxt builds, signs and sends before it first waits, so no request can take the time of another; both methods check it.
  return (call) => {
    current = call;
    exchange.options['recvWindow'] = call.signing?.receiveWindowMs;
    const raw = exchange[call.endpoint.method as 'spotPublicGetTime'] as unknown as (query: object) => Promise<HttpExchange>;
    const sent = raw({ ...call.parameters });
    current = null;
    return sent;
  };
}

function settings({ origin, credentials, timeoutMs }: CcxtParts): object {
  const api = { public: origin, private: origin };
  return {
    ...(credentials === undefined ? {} : { apiKey: credentials.apiKey, secret: credentials.secret }),
    enableRateLimit: false,
    timeout: timeoutMs,
    has: { fetchCurrencies: false },
    options: { maxRetriesOnFailure: 0, adjustForTimeDifference: true },
    // All of them, so that none is left on its default: hosts that this product has no business with.
    urls: { api: { spot: api, spot2: api, contract: api, broker: api } },
    fetchHistoryCacheSize: 0,
    verbose: false,
  };
}

/** Holds ccxt to its word that the time and the window given are those signed. */
function assertSignedWith(url: string, { timestampMs, receiveWindowMs }: Signing): void {
  const query = new URL(url).searchParams;
  if (query.get('timestamp') === String(timestampMs) && query.get('recvWindow') === String(receiveWindowMs)) return;
  throw notSent('the request was signed with another time than the one given');
}

function notSent(message: string): VenueFailure {
  return new VenueFailure('refused', `${message}: nothing was sent`, { cause: null });
}
