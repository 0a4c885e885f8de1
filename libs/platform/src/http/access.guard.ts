import { SetMetadata, type CanActivate, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { bearerToken } from './credentials.js';
import { glueProblem } from './http-problem.js';
import { setPrincipal } from './request-context.js';

/** The id of the principal behind a token, or null. */
export type Authenticate = (token: string) => Promise<string | null>;

const IS_PUBLIC = 'rebalancer:is-public';

/** Opens a route, or a controller's routes, to everybody. Without it a route needs the access token. */
export const Public = (): CustomDecorator => SetMetadata(IS_PUBLIC, true);

/** Denies by default: only a route marked `Public`, or a caller with a live token, comes through. */
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticate: Authenticate,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean | undefined>(IS_PUBLIC, [context.getHandler(), context.getClass()]) === true) return true;
    const http = context.switchToHttp();
    const token = bearerToken(http.getRequest<Request>().get('authorization'));
    const principal = token === null ? null : await this.authenticate(token);
    if (principal === null) throw unauthorized(token !== null);
    setPrincipal(http.getResponse<Response>(), principal);
    return true;
  }
}

function unauthorized(wasGiven: boolean): Error {
  const detail = wasGiven ? 'the access token is not valid, or was revoked' : 'send the access token as "Authorization: Bearer TOKEN"';
  const challenge = wasGiven ? 'Bearer realm="rebalancer", error="invalid_token"' : 'Bearer realm="rebalancer"';
  return glueProblem('unauthorized', detail, { headers: { 'WWW-Authenticate': challenge } });
}
