import type { Logger } from '#platform';
import { writeStateFile, type SavedState } from './state-file.js';

/** Changes that come within this long are written together. */
const GATHER_MS = 150;

/** Writes the state soon after each change, one write at a time, and at the end. */
export class StateKeeper {
  private timer: NodeJS.Timeout | null = null;
  private isChanged = false;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly file: string,
    private readonly stateNow: () => SavedState,
    private readonly log: Logger,
  ) {}

  onChange(): void {
    this.isChanged = true;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.write().catch((error: unknown) => this.log.error({ event: 'state-not-written', error }, 'The state could not be written'));
    }, GATHER_MS);
  }

  /** Fails where what has changed cannot be kept. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    await this.write();
  }

  private write(): Promise<void> {
    this.writing = this.writing.catch(() => undefined).then(() => this.writeChanged());
    return this.writing;
  }

  private async writeChanged(): Promise<void> {
    if (!this.isChanged) return;
    this.isChanged = false;
    try {
      await writeStateFile(this.file, this.stateNow());
    } catch (error) {
      this.isChanged = true;
      throw error;
    }
  }
}
