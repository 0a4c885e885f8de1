import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface VenueRequest {
  readonly method: string;
  readonly path: string;
  /** Of the query, as it came. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Path and query, as they came. */
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
}

/** An answer, or a way to give none. `cutAfter`: that many bytes of the body are sent, then the connection is reset. */
export type VenueReply =
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly json: unknown; readonly cutAfter?: number }
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly text: string; readonly cutAfter?: number }
  | { readonly reset: true }
  | { readonly hang: true };

export type VenueScript = VenueReply | ((request: VenueRequest) => VenueReply);

export interface ScriptedVenue {
  readonly origin: string;
  /** All that came, oldest first. */
  readonly requests: readonly VenueRequest[];
  /** Requests of one route, such as `POST /api/v3/order`. */
  to(route: string): readonly VenueRequest[];
  /** What a route answers from now on. */
  answer(route: string, script: VenueScript): void;
  /** What it answers to the next requests, one each, before that. */
  next(route: string, ...scripts: VenueScript[]): void;
  stop(): Promise<void>;
}

/** A server on loopback that answers what a test tells it to: 404 to all else. It tells the time unless told otherwise. */
export async function startScriptedVenue(): Promise<ScriptedVenue> {
  const requests: VenueRequest[] = [];
  const standing = new Map<string, VenueScript>([['GET /api/v3/time', () => ({ json: { serverTime: Date.now() } })]]);
  const queued = new Map<string, VenueScript[]>();
  const server = createServer((incoming, response) => {
    const request = toVenueRequest(incoming);
    const route = `${request.method} ${request.path}`;
    requests.push(request);
    incoming.resume();
    const script = queued.get(route)?.shift() ?? standing.get(route) ?? { status: 404, text: 'not found' };
    reply(response, typeof script === 'function' ? script(request) : script);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    to: (route) => requests.filter(({ method, path }) => `${method} ${path}` === route),
    answer: (route, script) => void standing.set(route, script),
    next: (route, ...scripts) => void queued.set(route, [...(queued.get(route) ?? []), ...scripts]),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function toVenueRequest(incoming: IncomingMessage): VenueRequest {
  const target = incoming.url ?? '/';
  const url = new URL(target, 'http://localhost');
  const parameters = Object.fromEntries(url.searchParams);
  return { method: incoming.method ?? 'GET', path: url.pathname, parameters, target, headers: incoming.headers };
}

function reply(response: ServerResponse, answer: VenueReply): void {
  if ('hang' in answer) return;
  if ('reset' in answer) return void response.socket?.resetAndDestroy();
  const { status = 200, headers = {}, cutAfter } = answer;
  const isJson = 'json' in answer;
  const body = Buffer.from(isJson ? JSON.stringify(answer.json) : answer.text);
  const type = isJson ? 'application/json' : 'text/html';
  response.writeHead(status, { 'content-type': type, 'content-length': String(body.length), ...headers });
  if (cutAfter === undefined) return void response.end(body);
  // The head and the first bytes are on their way before the connection is reset.
  response.write(body.subarray(0, cutAfter), () => setImmediate(() => response.socket?.resetAndDestroy()));
}
