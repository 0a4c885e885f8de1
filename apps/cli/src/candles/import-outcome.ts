import type { ImportedFile } from '#application';

export interface FailedFile {
  readonly path: string;
  readonly code: string;
  readonly detail: string;
}

export type FileOutcome =
  | { readonly status: 'imported'; readonly file: ImportedFile }
  | { readonly status: 'failed'; readonly failure: FailedFile };
