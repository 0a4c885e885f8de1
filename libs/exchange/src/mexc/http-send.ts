import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { isNativeError } from 'node:util/types';
import { gunzip } from 'node:zlib';

export interface HttpRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** True: over a connection of its own. One that is kept open may be closed by the other side just as it is used again. */
  readonly isAlone: boolean;
  readonly signal?: AbortSignal;
}

/**
 * What became of one request. `not-sent`: no connection was made, so no byte of it was written. `lost`: it may have been
 * taken, and no whole answer came. A redirect is an answer like others and is never followed.
 */
export type HttpExchange =
  | { readonly kind: 'not-sent'; readonly cause: string }
  | { readonly kind: 'lost'; readonly cause: string }
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfter: string | null; readonly body: string };

/** Sends once and never throws. */
export type HttpSend = (request: HttpRequest) => Promise<HttpExchange>;

/** The largest answer is that about all markets: 3,000 of them are some 3 MB. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const MAX_SOCKETS = 32;

const unzip = promisify(gunzip);

type AnyAgent = HttpAgent | HttpsAgent;

/**
 * Sends through Node's own HTTP client, because it tells when the connection stood: what failed before that is proven not
 * sent, whatever the error is called, and a reset afterwards is not mistaken for it. Proxies of the environment are ignored,
 * certificates always checked.
 */
export function createHttpSend(): HttpSend {
  const plain = new HttpAgent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  const encrypted = new HttpsAgent({ keepAlive: true, maxSockets: MAX_SOCKETS, rejectUnauthorized: true });
  return (request) => sendOnce(request, request.url.startsWith('https:') ? encrypted : plain);
}

function sendOnce(request: HttpRequest, agent: AnyAgent): Promise<HttpExchange> {
  let outgoing: ClientRequest;
  try {
    outgoing = openRequest(request, agent);
  } catch (error) {
    // Node refuses it unseen: an address that is none, or a header (such as the key) with a line break.
    return Promise.resolve({ kind: 'not-sent', cause: describeError(error) });
  }
  return awaitAnswer(outgoing, request.timeoutMs);
}

function awaitAnswer(outgoing: ClientRequest, timeoutMs: number): Promise<HttpExchange> {
  return new Promise((resolve) => {
    const connection = watchConnection(outgoing);
    const end = (exchange: HttpExchange): void => {
      clearTimeout(timer);
      resolve(exchange);
    };
    const fail = (error: unknown): void => {
      outgoing.destroy();
      end({ kind: connection.wasMade() ? 'lost' : 'not-sent', cause: describeError(error) });
    };
    const timer = setTimeout(() => fail(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    outgoing.on('error', fail);
    outgoing.on('response', (incoming) => void readAnswer(incoming).then(end, fail));
    outgoing.end();
  });
}

function openRequest(request: HttpRequest, agent: AnyAgent): ClientRequest {
  const { url, method, headers, isAlone, signal } = request;
  const open = url.startsWith('https:') ? httpsRequest : httpRequest;
  const options = { method, headers: { 'Accept-Encoding': 'gzip', ...headers }, rejectUnauthorized: true };
  return open(url, { ...options, agent: isAlone ? false : agent, ...(signal === undefined ? {} : { signal }) });
}

/** A request's bytes wait until its socket is connected, over TLS until the handshake has ended. */
function watchConnection(outgoing: ClientRequest): { wasMade(): boolean } {
  let isMade = false;
  const make = (): void => {
    isMade = true;
  };
  outgoing.on('socket', (socket: Socket | TLSSocket) => {
    if (outgoing.reusedSocket || !socket.connecting) make();
    else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', make);
  });
  return { wasMade: () => isMade };
}

async function readAnswer(incoming: IncomingMessage): Promise<HttpExchange> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Throws where the connection ends before the announced end of the body.
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error(`the answer is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  const whole = Buffer.concat(chunks);
  const isZipped = incoming.headers['content-encoding'] === 'gzip' && size > 0;
  const bytes = isZipped ? await unzip(whole, { maxOutputLength: MAX_BODY_BYTES }) : whole;
  const retryAfter = incoming.headers['retry-after'] ?? null;
  return { kind: 'answered', status: incoming.statusCode ?? 0, retryAfter, body: bytes.toString('utf8') };
}

/** Code and words of an error, never its request: an address may be a signed one. */
function describeError(error: unknown): string {
  if (!isNativeError(error)) return 'unknown failure';
  const { code, message } = error as NodeJS.ErrnoException;
  // Where several addresses were tried, the words are with each try.
  const words = message === '' ? ((error as Partial<AggregateError>).errors ?? []).map(describeError).join(', ') : message;
  return code === undefined || words.includes(code) ? words : `${code} ${words}`;
}
