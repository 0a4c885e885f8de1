import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '#platform';
import type { ExchangeState } from '../exchange-state.js';
import { LIMITS } from '../limits.js';
import { answerRequest } from './answer-request.js';
import { errorAnswer, type Answer, type Outcome } from './answer.js';
import { listen, type Listening } from './http-server.js';
import { readBody } from './read-body.js';
import { parseRequest } from './rest-request.js';

/** MEXC's REST API over the state. Resolves once it listens. */
export async function startRestServer(at: { readonly host: string; readonly port: number }, state: ExchangeState, log: Logger): Promise<Listening> {
  const stopping = new AbortController();
  const pauseUntilStop = (durationMs: number) => pause(durationMs, undefined, { signal: stopping.signal });
  const server = await listen(at, (message, response) => {
    serve(message, response, state, pauseUntilStop).catch((error: unknown) => {
      if (stopping.signal.aborted || message.socket.destroyed) return response.destroy();
      log.error({ event: 'request-failed', method: message.method, path: message.url?.split('?')[0], error }, 'A request could not be answered');
      return send(response, { kind: 'answer', answer: errorAnswer(500, 'Internal error', 500) });
    });
  });
  return {
    url: server.url,
    close: () => {
      stopping.abort();
      return server.close();
    },
  };
}

async function serve(message: IncomingMessage, response: ServerResponse, state: ExchangeState, pauseUntilStop: (ms: number) => Promise<void>): Promise<void> {
  const target = message.url ?? '/';
  if (target.length > LIMITS.targetCharacters) return send(response, refused(414, 'The address is too long'));
  const body = await readBody(message, LIMITS.bodyBytes);
  if (body === null) return send(response, refused(413, 'The body is too large'), true);
  const apiKey = message.headers['x-mexc-apikey'];
  const request = parseRequest({
    method: message.method ?? 'GET', target, body, apiKey: typeof apiKey === 'string' ? apiKey : null,
    contentType: message.headers['content-type'] ?? null, address: message.socket.remoteAddress ?? 'unknown',
  });
  send(response, await answerRequest(request, state, pauseUntilStop));
}

function refused(code: number, words: string): Outcome {
  return { kind: 'answer', answer: errorAnswer(code, words, code) };
}

function send(response: ServerResponse, outcome: Outcome, isLast = false): void {
  switch (outcome.kind) {
    case 'answer':
      if (outcome.cutAfterBytes === undefined) sendWhole(response, outcome.answer, isLast);
      else sendCut(response, outcome.answer, outcome.cutAfterBytes);
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'silence':
      // The client gives up first; a connection that is never used again does not stay for ever.
      response.socket?.setTimeout(LIMITS.silenceMs, () => response.socket?.destroy());
      return;
  }
}

function sendWhole(response: ServerResponse, { status, contentType, body, headers }: Answer, isLast: boolean): void {
  const last = isLast ? { connection: 'close' } : {};
  response.writeHead(status, { ...headers, ...last, 'content-type': contentType, 'content-length': Buffer.byteLength(body) }).end(body);
}

/** The length promises the whole body. */
function sendCut(response: ServerResponse, { status, contentType, body, headers }: Answer, bytes: number): void {
  const whole = Buffer.from(body);
  response.writeHead(status, { ...headers, 'content-type': contentType, 'content-length': whole.length });
  response.flushHeaders();
  response.write(whole.subarray(0, Math.min(bytes, Math.max(whole.length - 1, 0))), () => response.socket?.destroy());
}
