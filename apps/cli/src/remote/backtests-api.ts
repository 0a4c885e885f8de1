import { BacktestRebalancePage, BacktestRun, BacktestRunPage, BacktestTradePage, SeriesPoints } from '#contracts';
import type { RunRequest } from '../backtest/run-request.js';
import { failure } from '../terminal/cli-failure.js';
import type { ApiClient } from './api-client.js';

/** Plain JSON of which this program shows some keys and hands on the rest. */
export type JsonObject = Readonly<Record<string, unknown>>;

const anyObject = {
  parse(value: unknown): JsonObject {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('expected a JSON object');
    return value as JsonObject;
  },
};

export interface ListFilter {
  readonly limit?: number;
  readonly after?: string;
  readonly sort?: string;
  readonly status?: string;
  readonly exchange?: string;
  readonly interval?: string;
  readonly tag?: string;
}

/** One method an address under /v1/backtests. */
export class BacktestsApi {
  constructor(readonly client: ApiClient) {}

  async submit(request: RunRequest, options: { readonly force: boolean; readonly idempotencyKey: string }): Promise<BacktestRun> {
    const { force, idempotencyKey } = options;
    const answer = await this.client.call('/v1/backtests', BacktestRun, {
      method: 'POST',
      body: request,
      query: { force: force || undefined },
      idempotencyKey,
    });
    return answer.body;
  }

  async list(filter: ListFilter) {
    return (await this.client.call('/v1/backtests', BacktestRunPage, { query: { ...filter } })).body;
  }

  async show(id: string): Promise<BacktestRun> {
    return (await this.client.call(pathOf(id), BacktestRun)).body;
  }

  async cancel(id: string): Promise<BacktestRun> {
    return (await this.client.call(`${pathOf(id)}/cancel`, BacktestRun, { method: 'POST' })).body;
  }

  async summary(id: string): Promise<JsonObject> {
    return (await this.client.call(`${pathOf(id)}/summary`, anyObject)).body;
  }

  async trades(id: string, after?: string) {
    return (await this.client.call(`${pathOf(id)}/trades`, BacktestTradePage, { query: { limit: 1_000, after } })).body;
  }

  async rebalances(id: string, after?: string) {
    return (await this.client.call(`${pathOf(id)}/rebalances`, BacktestRebalancePage, { query: { limit: 200, after } })).body;
  }

  async equity(id: string, points: number) {
    return (await this.client.call(`${pathOf(id)}/equity`, SeriesPoints, { query: { points } })).body;
  }

  /** The stream of a run's changes; `lastEventId` asks for what came after it. */
  async events(id: string, options: { readonly lastEventId: string | null; readonly signal: AbortSignal }): Promise<Response> {
    const { lastEventId, signal } = options;
    const headers = { accept: 'text/event-stream', ...(lastEventId !== null && { 'last-event-id': lastEventId }) };
    return this.client.send(`${pathOf(id)}/events`, { headers, signal, timeoutMs: null });
  }
}

const ID = /^bt_[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Checked here so that a garbled id is told as such, and never becomes part of another address. */
function pathOf(id: string): string {
  if (ID.test(id)) return `/v1/backtests/${id}`;
  const detail = `${JSON.stringify(id.slice(0, 60))} is not the id of a backtest: bt_ and 26 characters`;
  throw failure('usage', { code: 'malformed-id', title: 'Not an id', detail, remedy: 'rebalancer backtest ls' });
}
