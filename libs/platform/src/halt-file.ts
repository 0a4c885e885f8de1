import { access, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The file that stops all trading where neither database nor API can be had. Removing it is the only way to undo it. */
export class HaltFile {
  constructor(readonly file: string) {}

  /** A file that cannot be looked for may be there: only "no such file" says that it is not. */
  async exists(): Promise<boolean> {
    try {
      await access(this.file);
      return true;
    } catch (error) {
      return !isAbsent(error);
    }
  }

  async create(reason: string): Promise<void> {
    await mkdir(path.dirname(this.file), { recursive: true });
    await writeFile(this.file, `${reason}\n`, { mode: 0o644 });
  }
}

const isAbsent = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === 'ENOENT';
