import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CandleFileFailure } from '#application';
import { fileFailureOf } from './file-failure.js';

/** The text of a file, gunzipped where its first bytes say gzip, in chunks. Throws a CandleFileFailure. */
export async function* readText(path: string): AsyncGenerator<string> {
  try {
    for await (const chunk of await openText(path)) yield chunk as string;
  } catch (error) {
    throw fileFailureOf(error, path);
  }
}

async function openText(path: string): Promise<Readable> {
  await refuseSpecialFile(path);
  const isGzip = await startsAsGzip(path);
  if (!isGzip && path.endsWith('.gz')) {
    throw new CandleFileFailure('corrupt', path, `${path}: the name says gzip, the content does not; nothing of it was stored`);
  }
  const file = createReadStream(path);
  if (!isGzip) return file.setEncoding('utf8');
  // The callback has nothing to do: a failure of either stream ends the reading of the second one.
  return pipeline(file, createGunzip(), () => undefined).setEncoding('utf8');
}

/** Looked at before it is opened: opening a pipe waits for a writer that may never come, and a device never ends. */
async function refuseSpecialFile(path: string): Promise<void> {
  const kind = await stat(path);
  if (kind.isFile()) return;
  const words = kind.isDirectory() ? 'it is a folder, not a file' : 'it is a pipe or a device, not a file; write its content to a file first';
  throw new CandleFileFailure('not-a-file', path, `${path}: ${words}`);
}

async function startsAsGzip(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}
