import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';

export type Middleware = (request: Request, response: Response, next: NextFunction) => void;

const SANE_REQUEST_ID = /^[\w.:-]{1,64}$/;

/** Takes over the caller's X-Request-Id where it is short and plain, makes one otherwise, and answers with it. */
export const nameRequest: Middleware = (request, response, next) => {
  const given = request.get('x-request-id');
  const id = given !== undefined && SANE_REQUEST_ID.test(given) ? given : `req_${randomUUID()}`;
  response.locals['requestId'] = id;
  response.setHeader('X-Request-Id', id);
  next();
};

/** The id that `nameRequest` gave. */
export function requestIdOf(response: Response): string {
  const id: unknown = response.locals['requestId'];
  return typeof id === 'string' ? id : 'req_unnamed';
}

/** Who asks: the id of the access token that let the request in. */
export function principalOf(response: Response): string {
  const principal: unknown = response.locals['principal'];
  if (typeof principal !== 'string') throw new Error('asked for the principal of a request that nobody let in');
  return principal;
}

export function setPrincipal(response: Response, principal: string): void {
  response.locals['principal'] = principal;
}
