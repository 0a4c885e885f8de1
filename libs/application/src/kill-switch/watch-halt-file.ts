import type { Clock } from '../ports/clock.port.js';
import type { EventLog } from '../ports/event-log.port.js';
import type { HaltFile, KillSwitchStore } from './kill-switch-store.port.js';

export interface WatchHaltFileParts {
  readonly haltFile: HaltFile;
  readonly store: Pick<KillSwitchStore, 'engaged' | 'engage'>;
  readonly clock: Clock;
  readonly log: EventLog;
}

/**
 * Makes a switch in the database of a HALT file: evaluators, which do not see the file, make no plans then, and going on takes
 * what it takes after any halt. The file itself is looked at before each order all the same, so that it works without this.
 */
export class WatchHaltFile {
  private wasThere = false;

  constructor(private readonly parts: WatchHaltFileParts) {}

  /** Twice in a row: a moment's doubt, which counts as the file being there, stops orders but engages nothing. @throws StoreFailure */
  async look(): Promise<void> {
    const { haltFile, store, clock, log } = this.parts;
    const isThere = await haltFile.exists();
    const isSure = isThere && this.wasThere;
    this.wasThere = isThere;
    if (!isSure || (await store.engaged()).some(({ scope, state }) => scope === 'all' && state === 'halt')) return;
    await store.engage({ scope: 'all', state: 'halt', reason: 'the HALT file of an executor is there', setBy: 'HALT file', setMs: clock.nowMs() });
    log.warn({ event: 'halt-file-seen' }, 'Engaged the kill switch for everything, because the HALT file is there');
  }
}
