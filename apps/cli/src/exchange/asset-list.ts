import type { MarketsFilter } from '../remote/exchange-api.js';

export interface MarketsOptions {
  readonly assets: string;
  readonly quote?: string;
}

/** As people type it; whether the names are names, the API says. */
export const filterOf = ({ assets, quote }: MarketsOptions): MarketsFilter => ({ assets: assets.toUpperCase(), quote: quote?.toUpperCase() });
