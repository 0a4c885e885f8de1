import { closeSync, openSync, readSync } from 'node:fs';

/**
 * The text of a file of at most so many bytes, or null where it has more. Never reads beyond them: a device has no end, and
 * its size says nothing. Pipes are read as they come, so `--config <(…)` works. @throws what the file system says.
 */
export function readBounded(path: string, maxBytes: number): string | null {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(maxBytes + 1);
    let length = 0;
    for (let count = -1; count !== 0 && length < bytes.length; length += count) {
      count = readSync(file, bytes, length, bytes.length - length, null);
    }
    return length > maxBytes ? null : bytes.toString('utf8', 0, length);
  } finally {
    closeSync(file);
  }
}
