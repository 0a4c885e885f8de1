import type { Terminal } from './terminal/terminal.js';
import type { Settings } from './settings/settings.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What every command gets from outside. A test hands in its own. */
export interface CliContext {
  readonly terminal: Terminal;
  readonly settings: Settings;
  readonly environment: Environment;
  /** Folder of the product: package.json, dist/, .data/. */
  readonly root: string;
  readonly version: string;
  nowMs(): number;
}
