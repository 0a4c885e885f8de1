import express from 'express';
import { glueProblem, type HttpProblem } from './http-problem.js';
import type { Middleware } from './request-context.js';

export interface JsonBodyLimits {
  readonly bytes: number;
  /** Arrays and objects inside each other. */
  readonly depth: number;
}

class TooDeep extends Error {}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** Whether JSON text nests deeper than `limit`; looks at bytes only, so nothing deep is ever built. */
export function isDeeperThan(text: Uint8Array, limit: number): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const byte = text[index] ?? 0;
    if (isInString) {
      if (byte === BACKSLASH) index += 1;
      else if (byte === QUOTE) isInString = false;
    } else if (byte === QUOTE) isInString = true;
    else if (OPENING.has(byte)) {
      depth += 1;
      if (depth > limit) return true;
    } else if (CLOSING.has(byte)) depth -= 1;
  }
  return false;
}

/** Reads JSON bodies within their limits. Anything else is answered by a problem; a request without a body passes. */
export function readJsonBody(limits: JsonBodyLimits): Middleware {
  const parse = express.json({
    limit: limits.bytes,
    strict: true,
    // A compressed body can be a thousand times its size; nothing sent here is worth compressing.
    inflate: false,
    type: 'application/json',
    verify: (_request, _response, text) => {
      if (isDeeperThan(text, limits.depth)) throw new TooDeep();
    },
  });
  return (request, response, next) => {
    if (hasBody(request.headers) && request.is('application/json') === false) {
      next(glueProblem('unsupported-media-type', 'send the body as "Content-Type: application/json"'));
      return;
    }
    parse(request, response, (error?: unknown) => next(error === undefined ? undefined : asProblem(error, limits)));
  };
}

function hasBody(headers: { readonly 'transfer-encoding'?: string | undefined; readonly 'content-length'?: string | undefined }): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function asProblem(error: unknown, limits: JsonBodyLimits): HttpProblem {
  const { type } = error as { readonly type?: unknown };
  switch (type) {
    case 'entity.too.large':
      // The rest of the body is not worth waiting for.
      return glueProblem('body-too-large', `the body may have at most ${limits.bytes} bytes`, { headers: { Connection: 'close' } });
    case 'entity.verify.failed':
      return glueProblem('json-too-deep', `the body may nest at most ${limits.depth} levels`);
    case 'entity.parse.failed':
      return glueProblem('malformed-json', `the body is not a JSON object: ${(error as Error).message}`.slice(0, 200));
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return glueProblem('unsupported-media-type', 'send the body as UTF-8 JSON, not compressed');
    default:
      return glueProblem('malformed-request', 'the body could not be read to its end', { cause: error });
  }
}
