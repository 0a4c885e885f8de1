import type { Accepted } from '../dialect/call.js';
import { endpointName } from '../dialect/endpoints.js';
import { readBatch } from '../dialect/order-drafts.js';
import { LIMITS } from '../limits.js';
import type { RestRequest } from '../rest/rest-request.js';

/** A request as it was seen, without key and signature. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly isSigned: boolean;
}

const MOST_ENDPOINTS = 1_000;
const OTHER_ENDPOINTS = 'others';

/** What arrived and what was accepted, for tests that must know it from another mouth than the client's. */
export class Records {
  private readonly requests = new Map<string, number>();
  private readonly posts = new Map<string, number>();
  private readonly acceptances = new Map<string, number>();
  private readonly seen = new RecentList<SeenRequest>(LIMITS.recentRequests);

  /** Before anything is done with it, so that a request which a fault swallows is counted too. */
  onRequest(request: RestRequest): void {
    const name = endpointName(request);
    count(this.requests, this.requests.has(name) || this.requests.size < MOST_ENDPOINTS ? name : OTHER_ENDPOINTS);
    for (const id of clientOrderIdsOf(request)) if (this.hasRoomFor(id)) count(this.posts, id);
    this.seen.add(seenOf(request));
  }

  onAccepted({ order: { clientOrderId } }: Accepted): void {
    if (clientOrderId !== null && this.hasRoomFor(clientOrderId)) count(this.acceptances, clientOrderId);
  }

  counters() {
    return {
      requestsByEndpoint: Object.fromEntries(this.requests),
      postsByClientOrderId: Object.fromEntries(this.posts),
      acceptancesByClientOrderId: Object.fromEntries(this.acceptances),
    };
  }

  recentRequests() {
    return { requests: this.seen.items(), dropped: this.seen.dropped };
  }

  reset(): void {
    for (const map of [this.requests, this.posts, this.acceptances]) map.clear();
    this.seen.clear();
  }

  private hasRoomFor(clientOrderId: string): boolean {
    return this.posts.has(clientOrderId) || this.posts.size < LIMITS.clientOrderIds;
  }
}

/** The newest items, so many at most. */
class RecentList<Item> {
  private list: Item[] = [];
  dropped = 0;

  constructor(private readonly most: number) {}

  add(item: Item): void {
    this.list.push(item);
    if (this.list.length < 2 * this.most) return;
    this.dropped += this.list.length - this.most;
    this.list = this.list.slice(-this.most);
  }

  items(): readonly Item[] {
    return this.list;
  }

  clear(): void {
    this.list = [];
    this.dropped = 0;
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function seenOf({ method, path, parameters, apiKey }: RestRequest): SeenRequest {
  const shown = [...parameters].filter(([name]) => name !== 'signature');
  return { method, path, parameters: Object.fromEntries(shown), isSigned: apiKey !== null };
}

function clientOrderIdsOf(request: RestRequest): readonly string[] {
  if (request.method !== 'POST') return [];
  if (request.path === '/api/v3/order') return [request.parameters.get('newClientOrderId') ?? ''].filter((id) => id !== '').map((id) => id.slice(0, 64));
  if (request.path !== '/api/v3/batchOrders') return [];
  try {
    return readBatch(request).flatMap((order) => order['newClientOrderId']?.slice(0, 64) ?? []);
  } catch {
    return [];
  }
}
