import { ZodError } from 'zod';
import type { QueryParameters, Signing } from './ccxt-request.js';
import { classifyRead, malformed } from './classify-read.js';
import { ENDPOINTS, type EndpointName } from './endpoints.js';
import type { AnsweredRequest, MexcAnswer } from './mexc-answer.js';
import { MexcClient } from './mexc-client.js';
import { DEFAULT_RETRY, DEFAULT_TIMEOUT_MS, READ_WINDOW_MS, type MexcOptions } from './mexc-options.js';
import { readWithRetry, type RetryParts, type Tried } from './read-with-retry.js';
import { ServerClock, type ClockReading } from './server-clock.js';

/** An answer's body is not what the question asks for. The message says where and why. */
export class AnswerFault extends Error {}

export interface Question<T> {
  readonly endpoint: EndpointName;
  readonly parameters?: QueryParameters;
  /** For people, such as `candles of HANAUSDT 1h`. */
  readonly about: string;
  /** @throws AnswerFault or ZodError; the question is then asked again */
  readonly parse: (json: unknown, answer: AnsweredRequest) => T;
  readonly signal?: AbortSignal;
}

/** Asks a venue until it answers in a form that we know, and keeps its clock. */
export class MexcReader {
  readonly client: MexcClient;
  readonly clock: ServerClock;
  readonly #retry: RetryParts;
  readonly #timeoutMs: number;

  constructor(options: MexcOptions) {
    this.client = new MexcClient(options);
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const { monotonicMs, log } = this.client;
    this.clock = new ServerClock({ clock: options.clock, monotonicMs, log, ask: () => this.#readTime() });
    this.#retry = {
      limits: { ...DEFAULT_RETRY, ...options.retry },
      timer: options.timer,
      random: options.random ?? Math.random,
      monotonicMs,
      resyncClock: () => this.clock.read(),
    };
  }

  /** @throws VenueFailure */
  read<T>(question: Question<T>): Promise<T> {
    return readWithRetry(() => this.#try(question), this.#retry, question.signal);
  }

  async #try<T>(question: Question<T>): Promise<Tried<T>> {
    const { endpoint, parameters = {}, about, parse, signal } = question;
    signal?.throwIfAborted();
    if (ENDPOINTS[endpoint].isSigned) await this.clock.keepFresh(signal);
    const answer = await this.client.call(endpoint, parameters, { signing: () => this.#signNow(), signal });
    signal?.throwIfAborted();
    const verdict = classifyRead(this.#inTime(answer), about);
    if (verdict.kind === 'failure') return verdict;
    try {
      return { kind: 'value', value: parse(verdict.answer.json, verdict.answer) };
    } catch (error) {
      return malformed(about, this.client.redact(faultIn(error)), verdict.answer);
    }
  }

  /** A process that was stopped finds the answer before its timer: what was true then is not to be taken for what is true now. */
  #inTime(answer: MexcAnswer): MexcAnswer {
    const isLate = answer.kind === 'answered' && answer.receivedMonotonicMs - answer.sentMonotonicMs > this.#timeoutMs;
    return isLate ? { kind: 'lost', cause: `no answer within ${this.#timeoutMs} ms` } : answer;
  }

  #signNow(): Signing {
    return { timestampMs: this.clock.estimateMs(), receiveWindowMs: READ_WINDOW_MS };
  }

  /** Without a reading of the clock between its tries: that would wait for itself. */
  #readTime(): Promise<ClockReading> {
    const question: Question<ClockReading> = {
      endpoint: 'time',
      about: "the venue's time",
      parse: (json, { sentMonotonicMs, receivedMonotonicMs, receivedMs }) => {
        return { serverMs: parseServerTime(json), sentMonotonicMs, receivedMonotonicMs, receivedMs };
      },
    };
    return readWithRetry(() => this.#try(question), { ...this.#retry, resyncClock: null });
  }
}

function parseServerTime(json: unknown): number {
  const serverMs = Number((json as { readonly serverTime?: unknown } | null)?.serverTime);
  // A clock that is years off is no clock: 2020 to 2100.
  if (!Number.isSafeInteger(serverMs) || serverMs < 1_577_836_800_000 || serverMs > 4_102_444_800_000) throw new AnswerFault('serverTime is no time');
  return serverMs;
}

/** Where and why; other errors than these are bugs and stay errors. */
function faultIn(error: unknown): string {
  if (error instanceof AnswerFault) return error.message;
  if (!(error instanceof ZodError)) throw error;
  const [issue] = error.issues;
  return `${issue?.path.join('.') || 'the answer'}: ${issue?.message ?? 'has another form'}`;
}
