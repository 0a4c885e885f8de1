import { open, readFile, rename, rm } from 'node:fs/promises';
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
  venue: z.looseObject({ format: z.literal(1) }),
});

export interface SavedState extends z.infer<typeof SavedState> {
  readonly venue: VenueState;
}

/** A state file that is not to be used; the message says why and what to do. */
export class StateFileError extends Error {}

/** The state kept in a file, or null where there is none yet. @throws StateFileError */
export async function readStateFile(file: string): Promise<SavedState | null> {
  const text = await textOf(file);
  if (text === null) return null;
  const parsed = SavedState.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'the file' : issue.path.join('.');
  throw new StateFileError(`${file} is no state of a simulator (${where}: ${issue?.message ?? 'unreadable'}); it is left as it is: move it away to begin anew, or name another with --state`);
}

async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
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
export async function writeStateFile(file: string, state: SavedState): Promise<void> {
  const half = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.half`);
  try {
    const handle = await open(half, 'w', 0o600);
    try {
      await handle.writeFile(JSON.stringify(state));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(half, file);
  } catch (error) {
    await rm(half, { force: true });
    throw new StateFileError(`${file} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}): name a file in a folder of this user with --state`);
  }
}
