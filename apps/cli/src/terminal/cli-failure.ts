import { EXIT, type ExitCode } from './exit-codes.js';

export interface CliFault {
  /** JSON pointer into what was asked for, or the option as it is typed. */
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** The same problem document that the API returns, so that a script reads one shape whoever refused. */
export interface CliProblem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly CliFault[];
  readonly requestId?: string;
  /** What to do about it, often a command to paste. */
  readonly remedy?: string;
}

/** An expected end that is not a success. Everything else that is thrown is a defect and exits with 1. */
export class CliFailure extends Error {
  constructor(
    readonly exitCode: ExitCode,
    readonly problem: CliProblem,
    options: { readonly cause?: unknown } = {},
  ) {
    super(problem.detail, options);
    this.name = 'CliFailure';
  }
}

interface FailureWords {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly CliFault[];
  readonly remedy?: string;
  readonly cause?: unknown;
}

type FailureClass = 'usage' | 'invalid' | 'notFound' | 'conflict' | 'access' | 'unavailable' | 'waitTimeout' | 'unexpected';

const STATUS_OF: Readonly<Record<FailureClass, number>> = {
  usage: 400, invalid: 422, notFound: 404, conflict: 409, access: 401, unavailable: 503, waitTimeout: 504, unexpected: 500,
};

/** A failure found on this side of the wire. `status` is what the API would have said to the same. */
export function failure(kind: FailureClass, words: FailureWords): CliFailure {
  const { code, title, detail, errors, remedy, cause } = words;
  const problem: CliProblem = {
    type: 'about:blank', title, status: STATUS_OF[kind], code, detail, ...(errors && { errors }), ...(remedy && { remedy }),
  };
  return new CliFailure(EXIT[kind], problem, { cause });
}

/** What to tell about anything that was thrown. */
export function asFailure(thrown: unknown): CliFailure {
  if (thrown instanceof CliFailure) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return failure('unexpected', { code: 'unexpected', title: 'Unexpected error', detail, cause: thrown });
}
