import {
  Accounts, EvaluateAnswer, Explanation, KillSwitch, KillSwitches, Plan, PlanDetail, PlanPage, PlanTimeline, Portfolio, PortfolioPage, PortfolioReplay, Reconciliation,
  type ChangePortfolio, type StartPortfolio,
} from '#contracts';
import { failure } from '../terminal/cli-failure.js';
import type { ApiClient } from './api-client.js';

/** What is sent at creation; fields that were not given are left to the API's defaults. */
export interface CreateRequest {
  readonly name: string;
  readonly mode: 'paper' | 'live';
  readonly assets: readonly string[];
  readonly quote?: string;
  readonly capital: string;
  readonly parameters: Readonly<Record<string, number | string>>;
  readonly execution: Readonly<Record<string, number | string>>;
  readonly caps: Readonly<Record<string, number | null>>;
}

export interface Window {
  readonly from?: string;
  readonly to?: string;
}

export type StateAct = 'pause-buys' | 'pause' | 'resume' | 'stop';

/** One method an address of portfolios, their plans, accounts and kill switches. */
export class PortfoliosApi {
  constructor(private readonly client: ApiClient) {}

  async create(request: CreateRequest, idempotencyKey: string): Promise<Portfolio> {
    return (await this.client.call('/v1/portfolios', Portfolio, { method: 'POST', body: request, idempotencyKey })).body;
  }

  async list(filter: { readonly mode?: string; readonly state?: string; readonly limit?: number; readonly after?: string }) {
    return (await this.client.call('/v1/portfolios', PortfolioPage, { query: filter })).body;
  }

  async show(key: string, signal?: AbortSignal): Promise<Portfolio> {
    return (await this.client.call(pathOf(key), Portfolio, { signal })).body;
  }

  async change(key: string, change: Partial<ChangePortfolio>): Promise<Portfolio> {
    return (await this.client.call(pathOf(key), Portfolio, { method: 'PATCH', body: change })).body;
  }

  async start(key: string, request: Partial<StartPortfolio>): Promise<Portfolio> {
    return (await this.client.call(`${pathOf(key)}/start`, Portfolio, { method: 'POST', body: request })).body;
  }

  async act(key: string, act: StateAct, reason: string | undefined): Promise<Portfolio> {
    return (await this.client.call(`${pathOf(key)}/${act}`, Portfolio, { method: 'POST', body: { reason } })).body;
  }

  async remove(key: string): Promise<void> {
    await this.client.send(pathOf(key), { method: 'DELETE' });
  }

  async moveFunds(key: string, quantity: string, idempotencyKey: string): Promise<Portfolio> {
    return (await this.client.call(`${pathOf(key)}/funds`, Portfolio, { method: 'POST', body: { quantity }, idempotencyKey })).body;
  }

  async evaluate(key: string, dryRun: boolean) {
    return (await this.client.call(`${pathOf(key)}/evaluate`, EvaluateAnswer, { method: 'POST', body: { dryRun } })).body;
  }

  async explain(key: string, at: string | undefined): Promise<Explanation> {
    return (await this.client.call(`${pathOf(key)}/explain`, Explanation, { query: { at } })).body;
  }

  async plans(key: string, limit: number | undefined) {
    return (await this.client.call(`${pathOf(key)}/plans`, PlanPage, { query: { limit } })).body;
  }

  async replay(key: string, window: Window): Promise<PortfolioReplay> {
    return (await this.client.call(`${pathOf(key)}/replay`, PortfolioReplay, { query: { ...window } })).body;
  }

  async plan(id: string): Promise<PlanDetail> {
    return (await this.client.call(planPathOf(id), PlanDetail)).body;
  }

  async timeline(id: string) {
    return (await this.client.call(`${planPathOf(id)}/timeline`, PlanTimeline)).body;
  }

  async abandon(id: string, reason: string): Promise<Plan> {
    return (await this.client.call(`${planPathOf(id)}/abandon`, Plan, { method: 'POST', body: { reason } })).body;
  }

  async reconcile(key: string): Promise<Reconciliation> {
    return (await this.client.call(`${pathOf(key)}/reconcile`, Reconciliation, { method: 'POST' })).body;
  }

  async reconciliation(id: string): Promise<Reconciliation> {
    return (await this.client.call(`/v1/reconciliations/${encodeURIComponent(id)}`, Reconciliation)).body;
  }

  async accounts(page: { readonly limit?: number; readonly after?: string }) {
    return (await this.client.call('/v1/accounts', Accounts, { query: page })).body;
  }

  async clearHalt(accountId: string): Promise<void> {
    await this.client.send(`/v1/accounts/${encodeURIComponent(accountId)}/clear-halt`, { method: 'POST' });
  }

  async killSwitches() {
    return (await this.client.call('/v1/kill-switch', KillSwitches)).body;
  }

  async engage(request: { readonly scope: string; readonly state: string; readonly reason?: string }): Promise<KillSwitch> {
    return (await this.client.call('/v1/kill-switch', KillSwitch, { method: 'POST', body: request })).body;
  }

  async release(request: { readonly scope: string; readonly reason: string }): Promise<KillSwitch> {
    return (await this.client.call('/v1/kill-switch/release', KillSwitch, { method: 'POST', body: request })).body;
  }
}

const pathOf = (key: string): string => `/v1/portfolios/${encodeURIComponent(key)}`;

const PLAN_ID = /^pl_[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

function planPathOf(id: string): string {
  if (PLAN_ID.test(id)) return `/v1/plans/${id}`;
  const detail = `${JSON.stringify(id.slice(0, 60))} is not the id of a plan: pl_ and 26 characters`;
  throw failure('usage', { code: 'malformed-id', title: 'Not an id', detail, remedy: 'rebalancer portfolio plans NAME' });
}
