import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Logger } from '../logging/logger.js';
import { glueProblem, HttpProblem, type GlueProblemCode, type ProblemCatalogue } from './http-problem.js';
import { requestIdOf } from './request-context.js';

export interface ProblemFilterOptions {
  readonly catalogue: ProblemCatalogue;
  readonly log: Logger;
  /** Turns the failures that an app knows (its database is away) into problems; null: not one of them. */
  readonly translate: (error: unknown) => HttpProblem | null;
}

const SHOWN_INSTANCE_CHARACTERS = 500;

/** Answers everything that was thrown by an RFC 9457 problem document. What nobody foresaw is logged and not told. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly options: ProblemFilterOptions) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    answerProblem(this.options, error, http.getRequest<Request>(), http.getResponse<Response>());
  }
}

/** The same for what is answered outside of Nest's routes. */
export function answerProblem(options: ProblemFilterOptions, error: unknown, request: Request, response: Response): void {
  const problem = asProblem(options, error);
  const entry = options.catalogue[problem.code] ?? options.catalogue['internal-error'];
  if (entry.status >= 500) logFailure(options.log, error, problem, requestIdOf(response));
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const document = {
    ...problem.members,
    type: `urn:rebalancer:problem:${problem.code}`,
    title: entry.title,
    status: entry.status,
    code: problem.code,
    detail: problem.detail,
    instance: request.originalUrl.split('?', 1)[0]?.slice(0, SHOWN_INSTANCE_CHARACTERS) ?? '',
    requestId: requestIdOf(response),
    ...(problem.faults.length === 0 ? {} : { errors: problem.faults }),
  };
  response.status(entry.status).set(problem.headers).type('application/problem+json').send(JSON.stringify(document));
}

function asProblem({ translate }: ProblemFilterOptions, error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  const translated = translate(error);
  if (translated !== null) return translated;
  const status = statusOf(error);
  if (status === 404) return glueProblem('not-found', 'no route has this method and path; see /docs');
  if (status !== null && status < 500) return glueProblem(CODES[status] ?? 'malformed-request', 'the request cannot be read', { cause: error });
  return glueProblem('internal-error', 'it was logged under this request id', { cause: error });
}

const CODES: Readonly<Record<number, GlueProblemCode>> = {
  401: 'unauthorized',
  408: 'request-timeout',
  413: 'body-too-large',
  415: 'unsupported-media-type',
};

/** Express and its middleware mark their errors with a status; Nest's have a method. */
function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof URIError) return 400;
  const { status, expose } = (error ?? {}) as { readonly status?: unknown; readonly expose?: unknown };
  return typeof status === 'number' && expose === true ? status : null;
}

function logFailure(log: Logger, error: unknown, problem: HttpProblem, requestId: string): void {
  const isExpected = problem.code !== 'internal-error';
  log[isExpected ? 'warn' : 'error']({ event: 'request-failed', code: problem.code, requestId, error }, 'Answered with a failure');
}
