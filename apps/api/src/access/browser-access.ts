import type { RequestHandler } from 'express';
import { basicPassword, bearerToken, setPrincipal, type Authenticate } from '#platform';
import { apiProblem } from '../problems.js';

/** The token as a bearer's, or as the password of a browser that asks its user: for pages, which Nest's guards never see. */
export function requireToken(authenticate: Authenticate): RequestHandler {
  return async (request, response, next) => {
    const authorization = request.get('authorization');
    const token = bearerToken(authorization) ?? basicPassword(authorization);
    const principal = token === null ? null : await authenticate(token);
    if (principal === null) {
      const headers = { 'WWW-Authenticate': 'Basic realm="rebalancer", charset="UTF-8"' };
      throw apiProblem('unauthorized', 'log in with any user name and the access token as password', { headers });
    }
    setPrincipal(response, principal);
    next();
  };
}
