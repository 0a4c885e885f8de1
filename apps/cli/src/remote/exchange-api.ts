import {
  CandleBackfill, CandleBackfills, ExchangeMarkets, ExchangeStatus, FollowedSeries, Prices, SubmittedBackfills, type FollowedSeriesRow, type SubmitBackfill,
} from '#contracts';
import { failure } from '../terminal/cli-failure.js';
import type { ApiClient } from './api-client.js';

export interface MarketsFilter {
  /** Comma-separated. */
  readonly assets: string;
  readonly quote?: string;
}

/** One method an address of what the product knows of its exchange, and of candles that are fetched from it. */
export class ExchangeApi {
  constructor(private readonly client: ApiClient) {}

  async status() {
    return (await this.client.call('/v1/exchange', ExchangeStatus)).body;
  }

  async markets({ assets, quote }: MarketsFilter) {
    return (await this.client.call('/v1/exchange/markets', ExchangeMarkets, { query: { assets, quote } })).body;
  }

  async prices({ assets, quote }: MarketsFilter) {
    return (await this.client.call('/v1/prices', Prices, { query: { assets, quote } })).body;
  }

  async submitBackfill(request: SubmitBackfill) {
    return (await this.client.call('/v1/candle-backfills', SubmittedBackfills, { method: 'POST', body: request })).body;
  }

  async backfills(filter: { readonly ids?: readonly string[]; readonly status?: string; readonly limit?: number }, signal?: AbortSignal) {
    const query = { ids: filter.ids?.join(','), status: filter.status, limit: filter.limit };
    return (await this.client.call('/v1/candle-backfills', CandleBackfills, { query, signal })).body;
  }

  async followed() {
    return (await this.client.call('/v1/candles/followed', FollowedSeries)).body;
  }

  async stopFollowing({ exchange, base, quote, interval }: Pick<FollowedSeriesRow, 'exchange' | 'base' | 'quote' | 'interval'>): Promise<void> {
    await this.client.send(`/v1/candles/followed/${[exchange, base, quote, interval].map(encodeURIComponent).join('/')}`, { method: 'DELETE' });
  }

  async backfill(id: string) {
    return (await this.client.call(pathOf(id), CandleBackfill)).body;
  }

  async cancelBackfill(id: string) {
    return (await this.client.call(`${pathOf(id)}/cancel`, CandleBackfill, { method: 'POST' })).body;
  }
}

const ID = /^bf_[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

function pathOf(id: string): string {
  if (ID.test(id)) return `/v1/candle-backfills/${id}`;
  const detail = `${JSON.stringify(id.slice(0, 60))} is not the id of a backfill: bf_ and 26 characters`;
  throw failure('usage', { code: 'malformed-id', title: 'Not an id', detail, remedy: 'rebalancer candles backfills' });
}
