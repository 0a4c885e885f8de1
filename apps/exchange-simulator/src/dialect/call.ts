import type { SimulatedVenue } from '#exchange';
import type { RestRequest } from '../rest/rest-request.js';
import type { Account } from './authentication.js';
import { DialectRefusal } from './dialect-refusal.js';

/** How a look-up is worse than what there is: nothing of this in health. */
export interface LookupFaults {
  /** Orders and fills younger than this are not found yet. */
  readonly lagMs: number;
  /** Balances do not show yet what fills younger than this did. */
  readonly balancesLagMs: number;
  readonly mostRows: number;
  readonly hidesClientOrderIds: boolean;
}

export const NO_LOOKUP_FAULTS: LookupFaults = { lagMs: 0, balancesLagMs: 0, mostRows: Number.POSITIVE_INFINITY, hidesClientOrderIds: false };

export interface Call {
  readonly request: RestRequest;
  readonly venue: SimulatedVenue;
  /** The venue's time: it never goes back. */
  readonly nowMs: number;
  /** What the server's clock says. */
  readonly serverMs: number;
  readonly lookup: LookupFaults;
  readonly klinesCap: number;
  /** Orders and fills as they are accepted. */
  readonly onAccepted: (accepted: Accepted) => void;
}

export interface SignedCall extends Call {
  readonly account: Account;
}

export type Accepted = Pick<Extract<ReturnType<SimulatedVenue['place']>, { kind: 'accepted' }>, 'order' | 'fills'>;

interface EndpointFacts {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** MEXC's documents of 2025-08; of the endpoint's own pool. */
  readonly weight: (request: RestRequest) => number;
  /** Orders it sends, for the limit of orders a second. */
  readonly orders?: (request: RestRequest) => number;
}

/** The value that a handler returns is the answer's JSON; what it throws as DialectRefusal is an error's. */
export type Endpoint =
  | (EndpointFacts & { readonly access: 'public'; readonly handle: (call: Call) => unknown })
  | (EndpointFacts & { readonly access: 'signed'; readonly handle: (call: SignedCall) => unknown });

export const always = (weight: number) => (): number => weight;
export const bySymbol = (one: number, all: number) => (request: RestRequest): number => (request.parameters.get('symbol') ? one : all);

/** The venue's answer about a market, or MEXC's word for an unknown one. */
export function known<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new DialectRefusal(-1121, 'Invalid symbol.');
  return value;
}
