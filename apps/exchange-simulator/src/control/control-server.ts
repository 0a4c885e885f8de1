import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '#platform';
import type { ExchangeState } from '../exchange-state.js';
import { LIMITS } from '../limits.js';
import { listen, type Listening } from '../rest/http-server.js';
import { readBody } from '../rest/read-body.js';
import { ControlProblem } from './control-problem.js';
import { CONTROL_ROUTES, type ControlRoute } from './control-routes.js';

/** The operator's API: JSON over a port of its own. */
export function startControlServer(at: { readonly host: string; readonly port: number }, state: ExchangeState, log: Logger): Promise<Listening> {
  return listen(at, (message, response) => {
    answer(message, state).then(
      ({ status, value }) => send(response, status, 'application/json', value),
      (error: unknown) => sendProblem(response, error, log),
    );
  });
}

async function answer(message: IncomingMessage, state: ExchangeState): Promise<{ readonly status: number; readonly value: unknown }> {
  // A page in somebody's browser may reach loopback too, and it says where it comes from.
  if (message.headers.origin !== undefined) throw new ControlProblem(403, 'foreign-origin', 'pages may not switch faults');
  const path = (message.url ?? '/').split('?')[0] ?? '/';
  const { route, id } = routeOf(message.method ?? 'GET', path);
  const value = route.handle({ state, id, body: await jsonBody(message) });
  return { status: route.status ?? 200, value };
}

function routeOf(method: string, path: string): { readonly route: ControlRoute; readonly id: string } {
  const slash = path.lastIndexOf('/');
  const withId = { path: `${path.slice(0, slash)}/:id`, id: decoded(path.slice(slash + 1)) };
  const candidates = [{ path, id: '' }, withId];
  for (const candidate of candidates) {
    const route = CONTROL_ROUTES.find((one) => one.method === method && one.path === candidate.path);
    if (route !== undefined) return { route, id: candidate.id };
  }
  const methods = CONTROL_ROUTES.filter((one) => candidates.some((candidate) => candidate.path === one.path)).map((one) => one.method);
  if (methods.length > 0) throw new ControlProblem(405, 'method-not-allowed', `${path} takes ${methods.join(', ')}`);
  throw new ControlProblem(404, 'not-found', `there is no ${path}; there are ${[...new Set(CONTROL_ROUTES.map((one) => one.path))].join(', ')}`);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

async function jsonBody(message: IncomingMessage): Promise<unknown> {
  const text = await readBody(message, LIMITS.bodyBytes);
  if (text === null) throw new ControlProblem(413, 'body-too-large', `the body may have at most ${LIMITS.bodyBytes} bytes`);
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ControlProblem(400, 'malformed-json', 'the body is not JSON');
  }
}

function sendProblem(response: ServerResponse, error: unknown, log: Logger): void {
  const problem = error instanceof ControlProblem ? error : new ControlProblem(500, 'internal-error', 'something went wrong here; the log says what');
  if (problem !== error) log.error({ event: 'control-failed', error }, 'A control request failed');
  const { status, code, message, errors } = problem;
  send(response, status, 'application/problem+json', { type: 'about:blank', title: code, status, code, detail: message, ...(errors.length > 0 ? { errors } : {}) });
}

function send(response: ServerResponse, status: number, contentType: string, value: unknown): void {
  const body = JSON.stringify(value);
  const close = status === 413 ? { connection: 'close' } : {};
  response.writeHead(status, { ...close, 'content-type': contentType, 'cache-control': 'no-store', 'content-length': Buffer.byteLength(body) }).end(body);
}
