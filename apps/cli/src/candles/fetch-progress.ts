import cliProgress from 'cli-progress';
import type { CandleBackfill } from '#contracts';
import type { Terminal } from '../terminal/terminal.js';

export interface FetchProgress {
  readonly update: (backfills: readonly CandleBackfill[]) => void;
  readonly end: () => void;
}

const STEPS = 1_000;
/** More bars than this would scroll; then one stands for all. */
const MOST_BARS = 12;

export const seriesName = ({ exchange, base, quote, interval }: Pick<CandleBackfill, 'exchange' | 'base' | 'quote' | 'interval'>): string => `${exchange} ${base}/${quote} ${interval}`;

/** A bar a series on a terminal; elsewhere a line whenever a series begins, waits or ends. */
export function openFetchProgress(terminal: Terminal): FetchProgress {
  const lines = new LinesOfChange(terminal);
  if (!terminal.showsProgress) return { update: (backfills) => lines.tell(backfills), end: () => undefined };
  const bars = new Bars();
  return { update: (backfills) => bars.draw(backfills), end: () => bars.stop() };
}

class LinesOfChange {
  private readonly told = new Map<string, string>();

  constructor(private readonly terminal: Terminal) {}

  tell(backfills: readonly CandleBackfill[]): void {
    for (const backfill of backfills) {
      const words = stateInWords(backfill);
      if (this.told.get(backfill.id) === words) continue;
      this.told.set(backfill.id, words);
      this.terminal.say(`${seriesName(backfill)}  ${words}`);
    }
  }
}

/** Quarters are news; every candle is not. */
function stateInWords({ status, progressFraction, problem }: CandleBackfill): string {
  if (status === 'queued' || status === 'running') {
    if (problem !== null) return `waits: ${problem.detail}`;
    return status === 'queued' ? 'queued' : `${Math.floor(progressFraction * 4) * 25} %`;
  }
  return status;
}

class Bars {
  private readonly all = new cliProgress.MultiBar({
    format: '{bar} {percent} %  {series}  {words}', barsize: 24, stream: process.stderr, clearOnComplete: true, hideCursor: false, gracefulExit: false, fps: 10,
  }, cliProgress.Presets.shades_classic);
  private readonly bars = new Map<string, cliProgress.SingleBar>();

  draw(backfills: readonly CandleBackfill[]): void {
    const rows = backfills.length > MOST_BARS ? [sumOf(backfills)] : backfills.map(rowOf);
    for (const { id, done, ...words } of rows) {
      const bar = this.bars.get(id) ?? this.all.create(STEPS, 0, words);
      this.bars.set(id, bar);
      bar.update(done, words);
    }
  }

  stop(): void {
    this.all.stop();
  }
}

interface BarRow {
  readonly id: string;
  readonly done: number;
  readonly percent: string;
  readonly series: string;
  readonly words: string;
}

function rowOf(backfill: CandleBackfill): BarRow {
  const { id, status, progressFraction, problem, inserted, unchanged, corrected } = backfill;
  const words = problem === null ? `${inserted + unchanged + corrected} candles` : problem.detail;
  return { id, ...shareOf(progressFraction), series: seriesName(backfill), words: status === 'failed' ? `failed: ${words}` : words };
}

function sumOf(backfills: readonly CandleBackfill[]): BarRow {
  const fraction = backfills.reduce((sum, { progressFraction }) => sum + progressFraction, 0) / backfills.length;
  const ended = backfills.filter(({ status }) => status !== 'queued' && status !== 'running').length;
  const [waiting] = backfills.flatMap(({ problem }) => problem ?? []);
  return { id: 'all', ...shareOf(fraction), series: `${ended}/${backfills.length} series`, words: waiting?.detail ?? '' };
}

const shareOf = (fraction: number) => ({ done: Math.round(fraction * STEPS), percent: String(Math.floor(fraction * 100)).padStart(3) });
