import { z } from 'zod';

export interface FieldFault {
  /** JSON pointer into the body. */
  readonly pointer: string;
  readonly detail: string;
}

/** Answered as an RFC 9457 problem. */
export class ControlProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly errors: readonly FieldFault[] = [],
  ) {
    super(message);
    this.name = 'ControlProblem';
  }
}

/** @throws ControlProblem naming every field and its rule */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown, at = ''): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({ pointer: `${at}${path.map((part) => `/${String(part)}`).join('')}`, detail: message }));
  throw new ControlProblem(400, 'validation-failed', errors.map(({ pointer, detail }) => `${pointer === '' ? 'body' : pointer}: ${detail}`).join('; '), errors);
}
