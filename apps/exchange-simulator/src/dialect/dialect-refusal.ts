/** A request that MEXC would refuse, with its numeric code and words. */
export class DialectRefusal extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly status = 400,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message);
    this.name = 'DialectRefusal';
  }
}

export function missingParameter(name: string): DialectRefusal {
  return new DialectRefusal(700004, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
}
