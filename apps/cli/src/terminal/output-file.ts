import { once } from 'node:events';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { CliFailure, failure } from './cli-failure.js';

/** Where exported text goes, piece by piece. */
export interface TextSink {
  write(text: string): Promise<void>;
}

/** Writes to stdout, or to a file that appears whole or not at all: no reader ever meets half an export. */
export async function writeOutput(path: string, produce: (sink: TextSink) => Promise<void>): Promise<void> {
  if (path === '-') return produce(STDOUT);
  const unfinished = `${path}.${process.pid}.part`;
  const file = await open(unfinished, 'wx').catch((error: unknown) => {
    throw unwritable(path, error);
  });
  try {
    await produce({ write: async (text) => writeAll(file, text, path) });
    await file.close();
    await rename(unfinished, path).catch((error: unknown) => {
      throw unwritable(path, error);
    });
  } catch (error) {
    await file.close().catch(() => {});
    await rm(unfinished, { force: true });
    throw error;
  }
}

const STDOUT: TextSink = {
  async write(text) {
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  },
};

async function writeAll(file: FileHandle, text: string, path: string): Promise<void> {
  try {
    await file.appendFile(text);
  } catch (error) {
    throw unwritable(path, error);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EISDIR: 'it is a folder',
  ENOTDIR: 'its folder is a file',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
};

function unwritable(path: string, cause: unknown): CliFailure {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  const detail = `cannot write ${path}: ${REASONS[code] ?? code}; nothing was left there`;
  return failure(code === 'ENOENT' ? 'notFound' : 'invalid', {
    code: 'output-unwritable',
    title: 'Output cannot be written',
    detail,
    cause,
  });
}
