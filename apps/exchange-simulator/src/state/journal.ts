import { closeSync, openSync, writeSync } from 'node:fs';
import type { CourseChange, OrderDraft, SimulatedVenue } from '#exchange';
import { z } from 'zod';
import { readTextFile, StateFileError, unwritable } from './state-file.js';

type OrderKey = Parameters<SimulatedVenue['cancel']>[2];

/** What was done to the venue, so that doing it again leads to the same. */
export type Deed =
  | { readonly kind: 'passed' }
  | { readonly kind: 'placed'; readonly draft: OrderDraft }
  | { readonly kind: 'canceled'; readonly accountId: string; readonly marketId: string; readonly by: OrderKey }
  | { readonly kind: 'balance'; readonly accountId: string; readonly asset: string; readonly free: string }
  | { readonly kind: 'course'; readonly change: CourseChange }
  | { readonly kind: 'rules'; readonly marketId: string; readonly change: Parameters<SimulatedVenue['changeRules']>[1] };

export interface JournalEntry {
  /** The venue's time, to which it has to come first. */
  readonly atMs: number;
  readonly deed: Deed;
}

const Header = z.strictObject({ journal: z.int() });
/** Of our own writing, as the state is; told apart only from what is none. */
const Entry = z.strictObject({ atMs: z.number(), deed: z.looseObject({ kind: z.enum(['passed', 'placed', 'canceled', 'balance', 'course', 'rules']) }) });

/** One line a deed, in the system's hands before `append` returns: the end of the process does not lose it. */
export class Journal {
  entries = 0;
  private readonly handle: number;

  /** Begins anew. @throws StateFileError */
  constructor(private readonly file: string, number: number) {
    try {
      this.handle = openSync(file, 'w', 0o600);
    } catch (error) {
      throw unwritable(file, error);
    }
    this.write({ journal: number });
  }

  /** @throws StateFileError, and the entry may be there in part */
  append(entry: JournalEntry): void {
    this.write(entry);
    this.entries += 1;
  }

  close(): void {
    closeSync(this.handle);
  }

  private write(line: object): void {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    try {
      // A disk that is full takes a part.
      if (writeSync(this.handle, bytes) < bytes.length) throw Object.assign(new Error('written in part'), { code: 'ENOSPC' });
    } catch (error) {
      throw unwritable(this.file, error);
    }
  }
}

/** What was done since the state that names this journal; none where the file is another's or not there. @throws StateFileError */
export function readJournal(file: string, number: number): readonly JournalEntry[] {
  // What stands behind the last line's end was never whole, and so nobody was told of it.
  const [header, ...lines] = (readTextFile(file) ?? '').split('\n').slice(0, -1);
  if (header === undefined || Header.safeParse(jsonOf(header)).data?.journal !== number) return [];
  return lines.map((line, index) => {
    const entry = Entry.safeParse(jsonOf(line));
    if (entry.success) return entry.data as unknown as JournalEntry;
    throw new StateFileError(`${file} is damaged in line ${index + 2}; it is left as it is: move it away to lose what was done since the state was written, or name another with --state`);
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
