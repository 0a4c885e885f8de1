import { ACCOUNT_ENDPOINTS } from './account-endpoints.js';
import type { Endpoint } from './call.js';
import { MARKET_ENDPOINTS } from './market-endpoints.js';
import { TRADING_ENDPOINTS } from './trading-endpoints.js';

const ENDPOINTS = new Map([...MARKET_ENDPOINTS, ...TRADING_ENDPOINTS, ...ACCOUNT_ENDPOINTS].map((endpoint) => [endpointName(endpoint), endpoint]));

export function endpointName({ method, path }: { readonly method: string; readonly path: string }): string {
  return `${method} ${path}`;
}

export function findEndpoint(request: { readonly method: string; readonly path: string }): Endpoint | null {
  return ENDPOINTS.get(endpointName(request)) ?? null;
}
