import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { PROBLEM_MEDIA_TYPE, PROBLEMS, type ProblemCode } from '#contracts';

export interface RouteAnswers {
  readonly summary: string;
  /** What comes back when all is well, by status; null: no body. */
  readonly ok: Readonly<Record<number, z.ZodType | null>>;
  readonly problems?: readonly ProblemCode[];
  /** Answers without a token, and without a database. */
  readonly isPublic?: boolean;
}

/** Any guarded route may answer these. */
const GUARDED: readonly ProblemCode[] = ['unauthorized', 'internal-error', 'database-unavailable', 'overloaded'];

/** Says in the OpenAPI document what a route answers: its bodies from the contracts, its problems by their codes. */
export function Answers({ summary, ok, problems = [], isPublic = false }: RouteAnswers): MethodDecorator {
  const good = Object.entries(ok).map(([status, schema]) => goodAnswer(Number(status), schema));
  const bad = [...byStatus([...(isPublic ? [] : GUARDED), ...problems])].map(([status, codes]) => problemAnswer(status, codes));
  return applyDecorators(ApiOperation({ summary }), ...good, ...bad);
}

/** A stream of server-sent events, which no schema describes. */
export function AnswersWithEvents(summary: string, description: string, problems: readonly ProblemCode[]): MethodDecorator {
  const stream = ApiResponse({ status: 200, description, content: { 'text/event-stream': { schema: { type: 'string' } } } });
  return applyDecorators(Answers({ summary, ok: { 204: null }, problems }), stream);
}

function goodAnswer(status: number, schema: z.ZodType | null): MethodDecorator {
  return schema === null ? ApiResponse({ status, description: 'Done' }) : ApiResponse({ status, description: 'Done', standardSchema: schema });
}

function problemAnswer(status: number, codes: readonly ProblemCode[]): MethodDecorator {
  const description = codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('; ');
  return ApiResponse({ status, description, content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } } });
}

function byStatus(codes: readonly ProblemCode[]): ReadonlyMap<number, readonly ProblemCode[]> {
  const statuses = new Set(codes.map((code) => PROBLEMS[code].status));
  return new Map([...statuses].map((status) => [status, codes.filter((code) => PROBLEMS[code].status === status)]));
}
