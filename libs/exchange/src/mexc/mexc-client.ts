import { performance } from 'node:perf_hooks';
import { VenueFailure, type EventLog } from '#application';
import { sharedCcxt, type CcxtRequest, type QueryParameters, type Signing, type WireRequest } from './ccxt-request.js';
import { ENDPOINTS, type Endpoint, type EndpointName } from './endpoints.js';
import { createHttpSend, type HttpExchange, type HttpSend } from './http-send.js';
import { loadMexcClass } from './load-mexc-class.js';
import { penaltyOf, readAnswer, type MexcAnswer } from './mexc-answer.js';
import { DEFAULT_TIMEOUT_MS, type MexcOptions } from './mexc-options.js';
import { redactFor, type Redact } from './redact.js';
import { assertOrigin, checkOrigin } from './venue-origin.js';

export interface CallOptions {
  /** Asked after the budget gave leave, just before the request is signed. */
  readonly signing?: () => Signing;
  /** Gives up waiting for leave, and for the answer. */
  readonly signal?: AbortSignal;
  /** Gives up waiting for leave only: what is being sent goes on. */
  readonly leaveSignal?: AbortSignal;
}

const SILENT: EventLog = { info() {}, warn() {}, error() {} };

/** One venue's REST interface: leave from the budget, one request through ccxt to one origin, and its answer as it came. */
export class MexcClient {
  readonly origin: string;
  readonly log: EventLog;
  readonly redact: Redact;
  readonly monotonicMs: () => number;
  readonly #options: MexcOptions;
  readonly #send: HttpSend;
  #opening: Promise<CcxtRequest> | undefined;

  /** @throws VenueFailure `wrong-host` where the origin is not one that the venue may have */
  constructor(options: MexcOptions) {
    this.origin = checkOrigin(options.venue, options.origin, options.trustedHosts);
    this.log = options.log ?? SILENT;
    this.redact = redactFor(options.credentials);
    this.monotonicMs = options.monotonicMs ?? (() => performance.now());
    this.#options = options;
    this.#send = options.send ?? createHttpSend();
  }

  /**
   * Sends at most once.
   * @throws VenueFailure where nothing was sent: of the budget, `auth` without a key, `wrong-host`, or from `signing`
   */
  async call(name: EndpointName, parameters: QueryParameters, options: CallOptions = {}): Promise<MexcAnswer> {
    const endpoint: Endpoint = ENDPOINTS[name];
    this.#requireKey(endpoint);
    const request = await this.#open();
    await this.#take(name, options.leaveSignal ?? options.signal);
    const sentMonotonicMs = this.monotonicMs();
    const exchange = await this.#exchange(request, endpoint, parameters, options);
    const timing = { sentMonotonicMs, receivedMonotonicMs: this.monotonicMs(), receivedMs: this.#options.clock.nowMs() };
    const answer = readAnswer(exchange, timing, this.redact);
    await this.#penalize(answer);
    return answer;
  }

  async #exchange(request: CcxtRequest, endpoint: Endpoint, parameters: QueryParameters, options: CallOptions): Promise<HttpExchange> {
    const signing = endpoint.isSigned ? (options.signing?.() ?? null) : null;
    const send = (wire: WireRequest): Promise<HttpExchange> => this.#sendToOrigin(wire, options.signal);
    try {
      return await request({ endpoint, parameters, signing, send });
    } catch (error) {
      if (error instanceof VenueFailure) throw error;
      // Sending answers and does not throw, so this came before it. ccxt's words may hold a signed address.
      throw new VenueFailure('refused', `ccxt could not build the request: ${this.redact(String(error))}`, { cause: null });
    }
  }

  async #sendToOrigin(wire: WireRequest, signal: AbortSignal | undefined): Promise<HttpExchange> {
    assertOrigin(wire.url, this.origin);
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    try {
      return await this.#send({ ...wire, timeoutMs, isAlone: wire.method === 'POST', ...(signal === undefined ? {} : { signal }) });
    } catch (error) {
      return { kind: 'lost', cause: `sending failed: ${String(error)}` }; // Against its word; so nothing is proven.
    }
  }

  #requireKey(endpoint: Endpoint): void {
    if (!endpoint.isSigned || this.#options.credentials !== undefined) return;
    throw new VenueFailure('auth', `${endpoint.name} needs an API key and none is configured`, { cause: null });
  }

  #open(): Promise<CcxtRequest> {
    const { credentials, timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    this.#opening ??= loadMexcClass().then((Mexc) => sharedCcxt(Mexc, { origin: this.origin, credentials, timeoutMs }));
    return this.#opening;
  }

  async #take(name: EndpointName, signal: AbortSignal | undefined): Promise<void> {
    const { budget, purpose, weights } = this.#options;
    const { name: endpoint, weight, isOrder } = ENDPOINTS[name];
    try {
      await budget.take({ endpoint, weight: weights?.[name] ?? weight, isOrder, purpose }, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof VenueFailure) throw error;
      throw new VenueFailure('transient', `the budget could not be asked: ${this.redact(String(error))}`, { cause: null });
    }
  }

  /** A budget that cannot be told changes nothing about the answer. */
  async #penalize(answer: MexcAnswer): Promise<void> {
    const penalty = penaltyOf(answer);
    if (penalty === null) return;
    this.log.warn({ event: 'venue-penalty', penalty: penalty.kind, retryAfterMs: penalty.retryAfterMs }, 'The venue asked for fewer requests');
    try {
      await this.#options.budget.penalize(penalty);
    } catch (error) {
      this.log.error({ event: 'penalty-lost', error: this.redact(String(error)) }, 'The budget could not be told of a penalty');
    }
  }
}
