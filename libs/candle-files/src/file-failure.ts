import { CandleFileFailure, type CandleFileFailureKind } from '#application';

const BY_CODE: Readonly<Record<string, readonly [kind: CandleFileFailureKind, words: string]>> = {
  ENOENT: ['not-found', 'there is no such file or folder'],
  ENOTDIR: ['not-found', 'a part of this path is no folder'],
  EACCES: ['no-permission', 'no permission to read it'],
  EPERM: ['no-permission', 'no permission to read it'],
  EISDIR: ['not-a-file', 'it is a folder, not a file'],
  ENAMETOOLONG: ['not-found', 'the path is too long'],
};

/** A failure of the file system or of gunzip, in our words and with the path; ours already pass as they are. */
export function fileFailureOf(error: unknown, path: string): CandleFileFailure {
  if (error instanceof CandleFileFailure) return error;
  const { code, message } = wordsOf(error);
  if (code.startsWith('Z_')) {
    const words = code === 'Z_BUF_ERROR' ? 'the gzip is cut short' : `the gzip is corrupt (${message})`;
    return new CandleFileFailure('corrupt', path, `${path}: ${words}; nothing of it was stored`, { cause: error });
  }
  const [kind, words] = BY_CODE[code] ?? ['unreadable', message];
  return new CandleFileFailure(kind, path, `${path}: ${words}`, { cause: error });
}

/** By shape, not by class: an error of Node's core need not be an instance of this realm's Error. */
function wordsOf(error: unknown): { readonly code: string; readonly message: string } {
  const { code, message } = Object(error) as { readonly code?: unknown; readonly message?: unknown };
  return { code: typeof code === 'string' ? code : '', message: typeof message === 'string' ? message : String(error) };
}
