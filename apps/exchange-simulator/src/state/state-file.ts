import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { VenueState } from '#exchange';
import { World } from './world.js';

const SavedState = z.strictObject({
  format: z.literal(1),
  world: World,
  speedFromMs: z.number(),
  /** The venue's time when this was written: it never goes back. */
  venueMs: z.number(),
  /** Number of the journal that goes on from here; another one belongs to a state before this. */
  journal: z.int().min(0).default(0),
  venue: z.looseObject({ format: z.literal(1) }),
});

export interface SavedState extends z.infer<typeof SavedState> {
  readonly venue: VenueState;
}

/** A state file that is not to be used; the message says why and what to do. */
export class StateFileError extends Error {}

/** The state kept in a file, or null where there is none yet. @throws StateFileError */
export function readStateFile(file: string): SavedState | null {
  const text = readTextFile(file);
  if (text === null) return null;
  const parsed = SavedState.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'the file' : issue.path.join('.');
  throw new StateFileError(`${file} is no state of a simulator (${where}: ${issue?.message ?? 'unreadable'}); it is left as it is: move it away to begin anew, or name another with --state`);
}

/** Null: there is none. @throws StateFileError */
export function readTextFile(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new StateFileError(`${file} cannot be read (${code ?? 'unknown error'}); name another with --state`);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The whole state or the one before it, whenever the machine stops. @throws StateFileError */
export function writeStateFile(file: string, state: SavedState): void {
  const half = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.half`);
  try {
    writeDurably(half, JSON.stringify(state));
    renameSync(half, file);
  } catch (error) {
    rmSync(half, { force: true });
    throw unwritable(file, error);
  }
}

function writeDurably(file: string, text: string): void {
  const handle = openSync(file, 'w', 0o600);
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

export function unwritable(file: string, error: unknown): StateFileError {
  return new StateFileError(`${file} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}): name a file in a folder of this user with --state`);
}
