import { z } from 'zod';

export const ProblemFault = z.object({
  /** JSON pointer into the body, or `?name` for a query parameter. */
  pointer: z.string(),
  code: z.string(),
  detail: z.string(),
});

/** An RFC 9457 problem document. `code` is stable; `detail` is for people and may change. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    instance: z.string(),
    requestId: z.string(),
    errors: z.array(ProblemFault).optional(),
  })
  .meta({ id: 'Problem' });

export type Problem = z.infer<typeof Problem>;
export type ProblemFault = z.infer<typeof ProblemFault>;

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';
