import type { Logger } from '#platform';
import { Journal, type JournalEntry } from './journal.js';
import { writeStateFile, type SavedState } from './state-file.js';

/** Then the whole state is written, and the journal begins anew. */
const MOST_ENTRIES = 5_000;

export const journalOf = (stateFile: string): string => `${stateFile}.journal`;

/** The whole state now and then, and everything that is done in between by a journal. */
export class StateKeeper {
  private journal: Journal | null = null;
  private number: number;
  private readonly mostEntries: number;

  /** Writes at once, so that a file that cannot be written is told before anybody trades. @throws StateFileError */
  constructor(
    private readonly file: string,
    private readonly stateNow: () => Omit<SavedState, 'journal'>,
    private readonly log: Logger,
    options: { readonly lastJournal: number; readonly mostEntries?: number },
  ) {
    this.number = options.lastJournal;
    this.mostEntries = options.mostEntries ?? MOST_ENTRIES;
    this.writeAll();
  }

  /** Of what has been done already. @throws StateFileError where it cannot be kept: whether it was done is then not certain */
  record(entry: JournalEntry): void {
    if (this.journal === null) return this.writeAll();
    try {
      this.journal.append(entry);
    } catch (error) {
      this.log.error({ event: 'journal-not-written', error }, 'The journal could not be written; the whole state is written instead');
      // A line may be there in part, behind which nothing can follow.
      this.closeJournal();
      return this.writeAll();
    }
    if (this.journal.entries >= this.mostEntries) this.gather();
  }

  /** @throws StateFileError */
  stop(): void {
    this.writeAll();
    this.closeJournal();
  }

  /** The journal still has it all where that fails. */
  private gather(): void {
    try {
      this.writeAll();
    } catch (error) {
      this.log.error({ event: 'state-not-written', error }, 'The state could not be written; the journal goes on');
    }
  }

  /** A journal of an older number counts for nothing, so it does not matter where this is cut off. */
  private writeAll(): void {
    const journal = this.number + 1;
    writeStateFile(this.file, { ...this.stateNow(), journal });
    this.number = journal;
    this.closeJournal();
    this.journal = new Journal(journalOf(this.file), journal);
  }

  private closeJournal(): void {
    this.journal?.close();
    this.journal = null;
  }
}
