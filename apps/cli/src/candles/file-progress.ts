import cliProgress from 'cli-progress';
import type { Terminal } from '../terminal/terminal.js';

export interface FileProgress {
  readonly update: (done: number, total: number) => void;
  readonly end: () => void;
}

/** A bar of files with the time that is left, on a terminal only. */
export function openFileProgress(terminal: Terminal): FileProgress {
  if (!terminal.showsProgress) return { update: () => undefined, end: () => undefined };
  const bar = new cliProgress.SingleBar(
    { format: '{bar} {value}/{total} files  ETA {eta_formatted}', barsize: 24, stream: process.stderr, clearOnComplete: true, gracefulExit: false },
    cliProgress.Presets.shades_classic,
  );
  let isOpen = false;
  return {
    update: (done, total) => {
      if (!isOpen) bar.start(total, 0);
      isOpen = true;
      bar.update(done);
    },
    end: () => {
      if (isOpen) bar.stop();
    },
  };
}
