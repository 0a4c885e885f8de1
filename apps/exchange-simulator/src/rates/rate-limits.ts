import { LIMITS } from '../limits.js';

export interface RateLimitSettings {
  readonly isEnabled: boolean;
  readonly requestsPerSecond: number;
  readonly ordersPerSecond: number;
  /** Of each endpoint's own pool, in ten seconds. */
  readonly weightPerTenSeconds: number;
  /** So many requests into a refusal that is still in force, and the client is banned. */
  readonly ignoredBeforeBan: number;
  readonly banSeconds: number;
}

/** The smallest of the figures that are told of MEXC (mexc.md, section 3). */
export const USUAL_RATE_LIMITS: RateLimitSettings = {
  isEnabled: true, requestsPerSecond: 20, ordersPerSecond: 12, weightPerTenSeconds: 300, ignoredBeforeBan: 20, banSeconds: 120,
};

export interface RateDemand {
  /** The account that signs, or the address that asks. */
  readonly client: string;
  readonly endpoint: string;
  readonly weight: number;
  readonly orders: number;
}

export type RateVerdict =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'refused' | 'banned'; readonly retryAfterSeconds: number };

interface Window {
  readonly endsMs: number;
  readonly used: number;
}

interface Client {
  readonly windows: Map<string, Window>;
  refusedUntilMs: number;
  ignored: number;
  bannedUntilMs: number;
}

const SECOND_MS = 1_000;
const TEN_SECONDS_MS = 10_000;

/** Windows begin with the first request in them. What is refused counts nowhere but as disregard of the refusal. */
export class RateLimits {
  private readonly clients = new Map<string, Client>();

  constructor(private current: RateLimitSettings) {}

  get settings(): RateLimitSettings {
    return this.current;
  }

  /** Forgets what was used: new sizes begin with new windows. */
  change(settings: RateLimitSettings): void {
    this.current = settings;
    this.clients.clear();
  }

  take(demand: RateDemand, nowMs: number): RateVerdict {
    if (!this.current.isEnabled) return { kind: 'allowed' };
    const client = this.clientOf(demand.client);
    if (client.bannedUntilMs > nowMs) return verdict('banned', client.bannedUntilMs, nowMs);
    const freeMs = this.firstFreeMs(client, demand, nowMs);
    if (freeMs === null) return { kind: 'allowed' };
    return this.refuse(client, freeMs, nowMs);
  }

  private refuse(client: Client, freeMs: number, nowMs: number): RateVerdict {
    client.ignored = client.refusedUntilMs > nowMs ? client.ignored + 1 : 0;
    client.refusedUntilMs = Math.max(client.refusedUntilMs, freeMs);
    if (client.ignored < this.current.ignoredBeforeBan) return verdict('refused', freeMs, nowMs);
    client.ignored = 0;
    client.bannedUntilMs = nowMs + this.current.banSeconds * SECOND_MS;
    return verdict('banned', client.bannedUntilMs, nowMs);
  }

  /** When the demand could be met; null: now, and it is then taken. */
  private firstFreeMs(client: Client, { endpoint, weight, orders }: RateDemand, nowMs: number): number | null {
    const pools = [
      { name: 'requests', lengthMs: SECOND_MS, size: this.current.requestsPerSecond, cost: 1 },
      { name: 'orders', lengthMs: SECOND_MS, size: this.current.ordersPerSecond, cost: orders },
      { name: endpoint, lengthMs: TEN_SECONDS_MS, size: this.current.weightPerTenSeconds, cost: weight },
    ].filter(({ cost }) => cost > 0);
    const windows = pools.map(({ name, lengthMs }) => openWindow(client.windows.get(name), lengthMs, nowMs));
    // What is larger than a whole window gets one to itself: it could never be met otherwise, however long it waits.
    const overdrawn = pools.flatMap(({ size, cost }, index) => (windows[index]!.used + Math.min(cost, size) > size ? [windows[index]!.endsMs] : []));
    if (overdrawn.length > 0) return Math.max(...overdrawn);
    for (const [index, { name, cost }] of pools.entries()) {
      client.windows.set(name, { endsMs: windows[index]!.endsMs, used: windows[index]!.used + cost });
    }
    return null;
  }

  private clientOf(name: string): Client {
    const found = this.clients.get(name);
    if (found !== undefined) return found;
    if (this.clients.size >= LIMITS.limitedClients) this.clients.clear();
    const client: Client = { windows: new Map(), refusedUntilMs: 0, ignored: 0, bannedUntilMs: 0 };
    this.clients.set(name, client);
    return client;
  }
}

function openWindow(window: Window | undefined, lengthMs: number, nowMs: number): Window {
  return window === undefined || window.endsMs <= nowMs ? { endsMs: nowMs + lengthMs, used: 0 } : window;
}

function verdict(kind: 'refused' | 'banned', untilMs: number, nowMs: number): RateVerdict {
  return { kind, retryAfterSeconds: Math.max(1, Math.ceil((untilMs - nowMs) / SECOND_MS)) };
}
