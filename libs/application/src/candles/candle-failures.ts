/** Why a file as a whole was refused; nothing of it is stored. */
export type CandleFileFailureKind =
  | 'not-found'
  | 'no-permission'
  | 'not-a-file'
  | 'no-files'
  | 'corrupt'
  | 'unsupported-format'
  | 'unknown-series'
  | 'too-large'
  | 'unreadable';

export class CandleFileFailure extends Error {
  constructor(
    readonly kind: CandleFileFailureKind,
    readonly path: string,
    message: string,
    options?: { readonly cause: unknown },
  ) {
    super(message, options);
    this.name = 'CandleFileFailure';
  }
}
