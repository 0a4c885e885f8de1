import type { HttpExchange, HttpRequest, HttpSend } from '#exchange';
import { checkOdds, drawFate, effectOf, staleFaults, type Fate, type FateKind, type LinkOdds, type Random } from './draw-fate.js';
import { exchangeOf, type SimulatedExchange } from './simulated-exchange.js';

/** An order's request as it left, whatever became of it afterwards. */
export interface SentPost {
  readonly clientOrderId: string;
  readonly marketId: string;
  /** The time that it is signed with. */
  readonly signedMs: number;
  readonly sentMs: number;
  readonly fate: FateKind;
}

export interface LinkParts {
  readonly exchange: SimulatedExchange;
  readonly random: Random;
  readonly odds: LinkOdds;
  /** Does something later, in the simulation's time. */
  readonly at: (delayMs: number, work: () => void) => void;
  readonly nowMs: () => number;
  /** Told of each order's request of which a byte left. */
  readonly onPost?: (post: SentPost) => void;
}

export interface LinkCounts {
  /** Connections that never were are in `fates` alone. */
  readonly requests: number;
  readonly posts: number;
  /** Requests whose sender gave up waiting. */
  readonly timeouts: number;
  readonly laggingLookups: number;
  /** Of all requests, and of those that are orders. */
  readonly fates: Readonly<Partial<Record<FateKind, number>>>;
  readonly postFates: Readonly<Partial<Record<FateKind, number>>>;
}

const ORDER_PATH = '/api/v3/order';

/** The network between a sender and the exchange, and the moods of both. A run of it follows from the chance handed in. */
export interface FaultyLink {
  readonly send: HttpSend;
  /** From the next request on. */
  setOdds(odds: LinkOdds): void;
  /** Since then the books that look-ups are answered from stand still; null: they do not. */
  setStaleSince(sinceMs: number | null): void;
  counts(): LinkCounts;
}

/** @throws Error where the odds are none */
export function openFaultyLink(parts: LinkParts): FaultyLink {
  return new DrawnLink(parts);
}

class DrawnLink implements FaultyLink {
  private odds!: LinkOdds;
  private staleSinceMs: number | null = null;
  private readonly counted = { requests: 0, posts: 0, timeouts: 0, laggingLookups: 0, fates: {}, postFates: {} };

  constructor(private readonly parts: LinkParts) {
    this.setOdds(parts.odds);
  }

  setOdds(odds: LinkOdds): void {
    checkOdds(odds);
    this.odds = odds;
  }

  setStaleSince(sinceMs: number | null): void {
    this.staleSinceMs = sinceMs;
  }

  counts(): LinkCounts {
    return { ...this.counted, fates: { ...this.counted.fates }, postFates: { ...this.counted.postFates } };
  }

  readonly send: HttpSend = (request) => {
    if (request.signal?.aborted === true) return Promise.resolve({ kind: 'not-sent', cause: 'AbortError' });
    const fate = drawFate(this.parts.random, this.odds, request);
    this.note(request, fate);
    return untilAborted(request.signal, (end) => this.carry(request, fate, end));
  };

  private carry(request: HttpRequest, fate: Fate, end: (exchange: HttpExchange) => void): void {
    const { at } = this.parts;
    if (fate.kind === 'refused-connection') return at(fate.thereMs, () => end({ kind: 'not-sent', cause: 'connect ECONNREFUSED' }));
    if (fate.kind === 'silent-connection') return at(request.timeoutMs, () => end({ kind: 'not-sent', cause: `no answer within ${request.timeoutMs} ms` }));
    const patience = new Patience(request.timeoutMs, this.parts, () => {
      this.counted.timeouts += 1;
      end({ kind: 'lost', cause: `no answer within ${request.timeoutMs} ms` });
    });
    // Something between the two hangs up, and carries the request on all the same.
    if (fate.kind === 'torn-request') at(fate.thereMs, () => end({ kind: 'lost', cause: 'read ECONNRESET' }));
    patience.wait(fate.thereMs, () => void this.deliver(request, fate, patience).then(end));
  }

  private async deliver(request: HttpRequest, { faults, backMs }: Fate, patience: Patience): Promise<HttpExchange> {
    const nowMs = this.parts.nowMs();
    const stale = this.staleSinceMs === null ? [] : staleFaults(request, Math.ceil(nowMs - this.staleSinceMs));
    const effects = [...faults, ...stale].map((fault) => effectOf(fault, nowMs));
    const pause = (ms: number): Promise<void> => new Promise((resolve) => patience.wait(ms, resolve));
    const exchange = exchangeOf(await this.parts.exchange.answer(request, pause, effects));
    return new Promise((resolve) => {
      if (exchange === null) patience.end();
      else patience.wait(backMs, () => patience.isOver || resolve(exchange));
    });
  }

  private note(request: HttpRequest, { kind, faults }: Fate): void {
    const order = orderIn(request);
    count(this.counted.fates, kind);
    if (order !== null) count(this.counted.postFates, kind);
    if (kind === 'refused-connection' || kind === 'silent-connection') return;
    this.counted.requests += 1;
    if (faults.some(({ fault }) => fault === 'lookup-lag')) this.counted.laggingLookups += 1;
    if (order === null) return;
    this.counted.posts += 1;
    this.parts.onPost?.({ ...order, sentMs: this.parts.nowMs(), fate: kind });
  }
}

/**
 * A sender's timeout. It is put on the clock only once it is known that something will take longer: most requests are
 * answered in time, and would each leave an event behind that does nothing.
 */
class Patience {
  private readonly deadlineMs: number;
  private isCounting = false;
  isOver = false;

  constructor(timeoutMs: number, private readonly parts: Pick<LinkParts, 'at' | 'nowMs'>, private readonly giveUp: () => void) {
    this.deadlineMs = parts.nowMs() + timeoutMs;
  }

  wait(delayMs: number, work: () => void): void {
    if (this.parts.nowMs() + delayMs >= this.deadlineMs) this.end();
    this.parts.at(delayMs, work);
  }

  /** There is nothing more to come in time. */
  end(): void {
    if (this.isCounting) return;
    this.isCounting = true;
    this.parts.at(Math.max(0, this.deadlineMs - this.parts.nowMs()), () => {
      this.isOver = true;
      this.giveUp();
    });
  }
}

/** The request goes on by itself: whoever gives up waiting for it does not take it back. */
function untilAborted(signal: AbortSignal | undefined, carry: (end: (exchange: HttpExchange) => void) => void): Promise<HttpExchange> {
  return new Promise((resolve) => {
    const onAbort = (): void => resolve({ kind: 'lost', cause: 'AbortError' });
    signal?.addEventListener('abort', onAbort);
    carry((exchange) => {
      signal?.removeEventListener('abort', onAbort);
      resolve(exchange);
    });
  });
}

function orderIn({ method, url }: HttpRequest): Pick<SentPost, 'clientOrderId' | 'marketId' | 'signedMs'> | null {
  if (method !== 'POST') return null;
  const { pathname, searchParams } = new URL(url);
  if (pathname !== ORDER_PATH) return null;
  return { clientOrderId: searchParams.get('newClientOrderId') ?? '', marketId: searchParams.get('symbol') ?? '', signedMs: Number(searchParams.get('timestamp')) };
}

function count(counts: Partial<Record<FateKind, number>>, kind: FateKind): void {
  counts[kind] = (counts[kind] ?? 0) + 1;
}
