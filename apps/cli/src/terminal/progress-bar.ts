import cliProgress from 'cli-progress';
import { compact } from './figures.js';
import type { Terminal } from './terminal.js';

export interface ProgressState {
  readonly fraction: number;
  /** The moment that is simulated, epoch ms UTC. */
  readonly simulatedMs: number | null;
  readonly barsPerSecond: number | null;
}

export interface ProgressBar {
  update(state: ProgressState): void;
  /** Takes the bar off the screen. */
  end(): void;
}

const STEPS = 1_000;
const NO_BAR: ProgressBar = { update() {}, end() {} };

/** A bar with the time that is left, on a terminal only. */
export function openProgressBar(terminal: Terminal): ProgressBar {
  if (!terminal.showsProgress) return NO_BAR;
  const bar = new cliProgress.SingleBar({
    format: '{bar} {percent} %  {date}  {rate}  ETA {eta_formatted}',
    barsize: 24,
    stream: process.stderr,
    clearOnComplete: true,
    // Ctrl-C in the midst of a computation ends the process at once; a cursor that was hidden would stay so.
    hideCursor: false,
    fps: 10,
    etaBuffer: 20,
    gracefulExit: false,
  }, cliProgress.Presets.shades_classic);
  bar.start(STEPS, 0, wordsOf({ fraction: 0, simulatedMs: null, barsPerSecond: null }));
  return {
    update: (state) => bar.update(Math.round(state.fraction * STEPS), wordsOf(state)),
    end: () => bar.stop(),
  };
}

/** Of one width each, so that the line does not jump. */
function wordsOf({ fraction, simulatedMs, barsPerSecond }: ProgressState): Readonly<Record<string, string>> {
  return {
    percent: String(Math.floor(fraction * 100)).padStart(3),
    date: simulatedMs === null ? 'waiting   ' : new Date(simulatedMs).toISOString().slice(0, 10),
    rate: `${barsPerSecond === null ? '-' : compact(barsPerSecond)} bars/s`.padEnd(13),
  };
}
