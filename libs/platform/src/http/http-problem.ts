/** Codes that this glue itself gives out. An API's catalogue has these and its own. */
export type GlueProblemCode =
  | 'malformed-request'
  | 'malformed-json'
  | 'json-too-deep'
  | 'validation-failed'
  | 'unauthorized'
  | 'foreign-origin'
  | 'not-found'
  | 'request-timeout'
  | 'body-too-large'
  | 'unsupported-media-type'
  | 'internal-error'
  | 'overloaded';

export interface ProblemEntry {
  readonly status: number;
  readonly title: string;
}

/** Every problem that an API may answer, by its stable code. */
export type ProblemCatalogue = Readonly<Record<GlueProblemCode, ProblemEntry>> & Readonly<Record<string, ProblemEntry>>;

/** One thing wrong with one field; `pointer` is a JSON pointer into the body, or `?name` for a query parameter. */
export interface FieldFault {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

export interface ProblemExtras {
  readonly faults?: readonly FieldFault[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the document (RFC 9457 §3.2); none of the standard ones can be replaced. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An answer that is a problem document. `detail` is for people and must be fit for them to see. */
export class HttpProblem<Code extends string = string> extends Error {
  readonly faults: readonly FieldFault[];
  readonly headers: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: Code,
    readonly detail: string,
    extras: ProblemExtras = {},
  ) {
    super(detail, { cause: extras.cause });
    this.name = 'HttpProblem';
    this.faults = extras.faults ?? [];
    this.headers = extras.headers ?? {};
    this.members = extras.members ?? {};
  }
}

export const glueProblem = (code: GlueProblemCode, detail: string, extras?: ProblemExtras): HttpProblem<GlueProblemCode> =>
  new HttpProblem(code, detail, extras);
