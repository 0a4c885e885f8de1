import type { HaltFile as HaltFilePort } from '#application';
import { HaltFile } from '#platform';

/** Null: this executor looks at none. */
export function haltFileAt(path: string | null): HaltFilePort {
  return path === null ? { exists: async () => false } : new HaltFile(path);
}
