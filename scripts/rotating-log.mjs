import { closeSync, existsSync, fstatSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';

const LIMIT_BYTES = 10 * 1024 * 1024;

/** Appends to a file; once it would pass the limit, the file becomes `<file>.1` (replacing the one before) and starts anew. */
export function openRotatingLog(file, limitBytes = LIMIT_BYTES) {
  if (existsSync(file) && statSync(file).size >= limitBytes) renameSync(file, `${file}.1`);
  let descriptor = openSync(file, 'a', 0o600);
  let size = fstatSync(descriptor).size;
  const rotate = () => {
    closeSync(descriptor);
    renameSync(file, `${file}.1`);
    descriptor = openSync(file, 'a', 0o600);
    size = 0;
  };
  return {
    write(chunk) {
      try {
        if (size > 0 && size + chunk.length > limitBytes) rotate();
        size += writeSync(descriptor, chunk);
      } catch {
        // A full disk, or a folder that was taken away, costs log lines, not the process that is logging.
      }
    },
  };
}

/** The last lines of a log; empty when there is none. */
export function lastLines(file, count) {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count);
  } catch {
    return [];
  }
}
