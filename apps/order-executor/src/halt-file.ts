import { access } from 'node:fs/promises';
import type { HaltFile } from '#application';

/** A file that nobody can tell whether it is there counts as there: when in doubt, nothing is sent. */
export function haltFileAt(path: string | null): HaltFile {
  return {
    async exists(): Promise<boolean> {
      if (path === null) return false;
      try {
        await access(path);
        return true;
      } catch (error) {
        return (error as NodeJS.ErrnoException).code !== 'ENOENT';
      }
    },
  };
}
