import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
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
  const isGzip = await startsAsGzip(path);
  if (!isGzip && path.endsWith('.gz')) {
    throw new CandleFileFailure('corrupt', path, `${path}: the name says gzip, the content does not; nothing of it was stored`);
  }
  const file = createReadStream(path);
  if (!isGzip) return file.setEncoding('utf8');
  // The callback has nothing to do: a failure of either stream ends the reading of the second one.
  return pipeline(file, createGunzip(), () => undefined).setEncoding('utf8');
}

async function startsAsGzip(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    if ((await file.stat()).isDirectory()) throw new CandleFileFailure('not-a-file', path, `${path}: it is a folder, not a file`);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}
