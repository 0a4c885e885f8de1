import { setTimeout as pause } from 'node:timers/promises';
import type { Located } from '../settings/settings.js';
import { CliFailure, failure, type CliProblem } from '../terminal/cli-failure.js';
import { exitCodeOfStatus } from '../terminal/exit-codes.js';

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** Makes a repeated POST one act on the server, and so makes it safe to repeat. */
  readonly idempotencyKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** How long the answer's headers may take; null for streams. */
  readonly timeoutMs?: number | null;
}

export interface ApiAnswer<Body = unknown> {
  readonly status: number;
  readonly body: Body;
}

/** What a schema of the contracts gives; named here so that a client needs no zod of its own. */
interface Schema<Body> {
  parse(value: unknown): Body;
}

const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 200;
const TIMEOUT_MS = 30_000;
const TRANSIENT = new Set([502, 503, 504]);

/** The product's HTTP API with its errors in this program's terms. The token is read when a call first needs it. */
export class ApiClient {
  private token: string | null = null;

  constructor(
    readonly address: Located,
    private readonly readToken: () => string,
  ) {}

  /** Sends, repeats what may be repeated, and checks the answer against its schema. */
  async call<Body>(path: string, schema: Schema<Body>, request: ApiRequest = {}): Promise<ApiAnswer<Body>> {
    const response = await this.send(path, request);
    const body = parsedText(await response.text());
    try {
      return { status: response.status, body: schema.parse(body) };
    } catch (cause) {
      throw failure('unexpected', {
        code: 'answer-malformed',
        title: 'Unexpected answer',
        detail: `the API at ${this.address.value} answered ${path} in a form that this version does not know`,
        remedy: 'rebalancer doctor',
        cause,
      });
    }
  }

  /** The raw answer of a request that the API accepted. */
  async send(path: string, request: ApiRequest = {}): Promise<Response> {
    const isRepeatable = (request.method ?? 'GET') === 'GET' || request.idempotencyKey !== undefined;
    for (let attempt = 1; ; attempt += 1) {
      const isLast = !isRepeatable || attempt === ATTEMPTS;
      const outcome = await this.attempt(path, request);
      if (outcome instanceof Response && outcome.ok) return outcome;
      if (isLast || !isTransient(outcome)) throw outcome instanceof Response ? await refusalOf(outcome) : outcome;
      await pause(FIRST_PAUSE_MS * 2 ** (attempt - 1), undefined, { signal: request.signal });
    }
  }

  private async attempt(path: string, request: ApiRequest): Promise<Response | CliFailure> {
    const url = this.urlOf(path, request.query);
    try {
      return await fetch(url, {
        method: request.method ?? 'GET',
        headers: this.headersOf(request),
        body: request.body === undefined ? undefined : JSON.stringify(request.body),
        signal: signalOf(request),
        redirect: 'error',
      });
    } catch (cause) {
      // What the caller ended is not a fault of the API; what this client itself refuses is told as it is.
      if (request.signal?.aborted || cause instanceof CliFailure) throw cause;
      return this.unreachable(cause);
    }
  }

  private urlOf(path: string, query: ApiRequest['query'] = {}): URL {
    const url = this.baseUrl();
    url.pathname = `${url.pathname.replace(/\/$/, '')}${path}`;
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url;
  }

  private baseUrl(): URL {
    const { value, from } = this.address;
    const url = URL.canParse(value) ? new URL(value) : null;
    if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
    throw failure('usage', {
      code: 'api-address',
      title: 'Not an address',
      detail: `${JSON.stringify(value)} (${from}) is not an http or https address`,
      remedy: '--api http://127.0.0.1:3000',
    });
  }

  private headersOf(request: ApiRequest): Record<string, string> {
    this.token ??= this.readToken();
    return {
      accept: 'application/json, application/problem+json',
      authorization: `Bearer ${this.token}`,
      ...(request.body !== undefined && { 'content-type': 'application/json' }),
      ...(request.idempotencyKey && { 'idempotency-key': request.idempotencyKey }),
      ...request.headers,
    };
  }

  private unreachable(cause: unknown): CliFailure {
    const { value, from } = this.address;
    const detail = `cannot reach the API at ${value} (${from}): ${causeInWords(cause)}`;
    const remedy = 'start it with npm start, or say where it is with --api URL';
    return failure('unavailable', { code: 'api-unreachable', title: 'API not reachable', detail, remedy, cause });
  }
}

function signalOf(request: ApiRequest): AbortSignal | undefined {
  if (request.timeoutMs === null) return request.signal;
  const timeout = AbortSignal.timeout(request.timeoutMs ?? TIMEOUT_MS);
  return request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
}

const isTransient = (outcome: Response | CliFailure): boolean => !(outcome instanceof Response) || TRANSIENT.has(outcome.status);

/** The API's own problem document where there is one, else what can be said of an answer that is not from it. */
async function refusalOf(response: Response): Promise<CliFailure> {
  const exitCode = exitCodeOfStatus(response.status);
  const body = parsedText(await response.text());
  if (isProblem(body)) return new CliFailure(exitCode, { ...body, ...remedyOf(response.status) });
  const detail = `${new URL(response.url).origin} answered ${response.status} without a problem document; is this the API?`;
  return new CliFailure(exitCode, {
    type: 'about:blank',
    title: 'Unexpected answer',
    status: response.status,
    code: 'not-the-api',
    detail,
    remedy: 'rebalancer doctor',
  });
}

function remedyOf(status: number): { readonly remedy?: string } {
  if (status === 401 || status === 403) return { remedy: 'rebalancer token create > FILE, then --token-file FILE' };
  return status === 503 ? { remedy: 'rebalancer doctor' } : {};
}

function parsedText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function isProblem(body: unknown): body is CliProblem {
  if (typeof body !== 'object' || body === null) return false;
  const { code, detail, status, title } = body as Partial<CliProblem>;
  return typeof code === 'string' && typeof detail === 'string' && typeof status === 'number' && typeof title === 'string';
}

/** undici hides the reason one or two causes deep. */
function causeInWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  const code = (error as NodeJS.ErrnoException).code;
  if (code) return code === 'ECONNREFUSED' ? 'nothing listens there' : code;
  return error.cause === undefined ? error.message : causeInWords(error.cause);
}
