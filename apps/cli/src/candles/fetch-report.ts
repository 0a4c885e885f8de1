import type { CandleBackfill, SubmittedBackfills } from '#contracts';
import type { z } from 'zod';
import { EXIT, type ExitCode } from '../terminal/exit-codes.js';
import { minute, whole } from '../terminal/figures.js';
import { renderTable, type Column } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';
import { hasEnded } from './follow-backfills.js';
import { seriesName } from './fetch-progress.js';

export type FetchNotice = z.infer<typeof SubmittedBackfills>['notices'][number];

const COLUMNS: readonly Column[] = [
  { title: 'SERIES' }, { title: 'FROM' }, { title: 'TO' }, { title: 'STATUS' },
  ...['NEW', 'SAME', 'CORRECTED', 'GAPS'].map((title) => ({ title, align: 'right' as const })),
];
/** Narrower terminals get days instead of minutes. */
const MINUTES_FROM = 120;

/** What was fetched, as a table on stdout; what did not come, in words on stderr. */
export function printBackfills(backfills: readonly CandleBackfill[], terminal: Terminal): void {
  const moment = (instant: string): string => minute(instant).slice(0, terminal.columns >= MINUTES_FROM ? undefined : 10);
  const rows = backfills.map((backfill) => [
    seriesName(backfill), moment(backfill.from), moment(backfill.to), statusInWords(backfill),
    ...[backfill.inserted, backfill.unchanged, backfill.corrected, backfill.gaps].map(whole),
  ]);
  terminal.data(renderTable(COLUMNS, rows, terminal));
  for (const backfill of backfills) {
    if (backfill.notice !== null) terminal.warn(backfill.notice.detail);
    if (backfill.problem !== null) terminal.warn(problemInWords(backfill, backfill.problem));
    if (backfill.corrected > 0) terminal.warn(`${seriesName(backfill)}: ${whole(backfill.corrected)} closed candles differ from what was stored; the old figures are on record, the new ones stand`);
  }
}

/** Which series it is about, once. */
function problemInWords(backfill: CandleBackfill, { code, detail }: NonNullable<CandleBackfill['problem']>): string {
  const name = seriesName(backfill);
  return `${detail.includes(name) ? '' : `${name}: `}${detail} (${code})`;
}

const statusInWords = ({ status, progressFraction }: CandleBackfill): string =>
  status === 'running' ? `${Math.floor(progressFraction * 100)} %` : status;

/** 0 where all came, 9 where some did, 11 where none did. */
export function exitCodeOfBackfills(backfills: readonly CandleBackfill[]): ExitCode {
  const missing = backfills.filter((backfill) => hasEnded(backfill) && backfill.status !== 'completed');
  if (missing.length === 0) return EXIT.ok;
  return missing.length < backfills.length ? EXIT.partial : EXIT.runFailed;
}
