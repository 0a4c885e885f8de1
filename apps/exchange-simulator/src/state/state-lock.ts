import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { StateFileError, unwritable } from './state-file.js';

/** Addresses of sockets are short. */
const LONGEST_ADDRESS = 100;
const TRIES = 3;

/**
 * One simulator a state file: a socket beside it, on which somebody listens as long as that one lives, however it ends.
 * Returns the function that gives the place up. @throws StateFileError
 */
export async function lockState(file: string): Promise<() => void> {
  const address = addressOf(path.resolve(file));
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const release = await listenAt(address, file);
    if (release !== null) return release;
    if (await isAnswered(address)) break;
    rmSync(address, { force: true });
  }
  throw new StateFileError(`${file} is in use by another simulator: stop that one, or name another file with --state`);
}

function addressOf(file: string): string {
  const beside = `${file}.lock`;
  return beside.length <= LONGEST_ADDRESS ? beside : path.join(tmpdir(), `${createHash('sha256').update(file).digest('hex').slice(0, 32)}.lock`);
}

/** Null: the address is taken, by a process or by what one has left behind. */
function listenAt(address: string, file: string): Promise<(() => void) | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null);
      else reject(unwritable(file, error));
    });
    server.listen(address, () => {
      server.unref();
      resolve(() => void server.close());
    });
  });
}

function isAnswered(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
