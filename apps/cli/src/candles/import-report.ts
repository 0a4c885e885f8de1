import { basename } from 'node:path';
import type { ImportedFile, RefusedRow } from '#application';
import { CANDLE_FAULTS, describeSeries, INTERVAL_MS, type GapJump } from '#domain';
import { failure, type CliFailure } from '../terminal/cli-failure.js';
import { EXIT, type ExitCode } from '../terminal/exit-codes.js';
import { whole } from '../terminal/figures.js';
import { renderTable } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';
import type { FailedFile, FileOutcome } from './import-outcome.js';

const COLUMNS = [
  { title: 'FILE', isFlexible: true },
  { title: 'SERIES' },
  ...['NEW', 'SAME', 'CORRECTED', 'LEFT OUT', 'REFUSED'].map((title) => ({ title, align: 'right' as const })),
];

/** 9 where something was refused, 0 where nothing was. */
export function exitCodeOf(outcomes: readonly FileOutcome[]): ExitCode {
  const isWhole = outcomes.every((outcome) => outcome.status === 'imported' && outcome.file.tally.refusedCount === 0);
  return isWhole ? EXIT.ok : EXIT.partial;
}

/** The failure of the whole command, where not one file went in; null where one did. */
export function totalFailure(outcomes: readonly FileOutcome[]): CliFailure | null {
  const failed = failedOf(outcomes);
  const [first] = failed;
  if (first === undefined || failed.length < outcomes.length) return null;
  const detail = failed.length === 1 ? first.detail : `none of ${failed.length} files could be imported`;
  const errors = failed.map(({ path, code, detail: words }) => ({ pointer: path, code, detail: words.replace(`${path}: `, '') }));
  return failure(kindOf(failed), { code: first.code, title: 'Nothing imported', detail, ...(failed.length > 1 && { errors }) });
}

function kindOf(failed: readonly FailedFile[]): 'notFound' | 'usage' | 'invalid' {
  if (failed.every(({ code }) => code === 'file-not-found' || code === 'file-no-files')) return 'notFound';
  return failed.every(({ code }) => code === 'file-unknown-series') ? 'usage' : 'invalid';
}

/** What `--json` prints. */
export function importDocument(outcomes: readonly FileOutcome[]): Readonly<Record<string, unknown>> {
  const files = importedOf(outcomes);
  const sum = (figure: (file: ImportedFile) => number) => files.reduce((total, file) => total + figure(file), 0);
  return {
    files: outcomes.map(fileDocument),
    totals: {
      files: outcomes.length,
      failedFiles: outcomes.length - files.length,
      rows: sum(({ tally }) => tally.rowCount),
      inserted: sum(({ counts }) => counts.insertedCount),
      unchanged: sum(({ counts }) => counts.unchangedCount),
      corrected: sum(({ counts }) => counts.correctedCount),
      leftOut: sum(({ tally }) => tally.leftOutCount),
      refused: sum(({ tally }) => tally.refusedCount),
    },
  };
}

function fileDocument(outcome: FileOutcome): Readonly<Record<string, unknown>> {
  if (outcome.status === 'failed') return { status: 'failed', ...outcome.failure };
  const { path, identity, tally, counts, jumps, jumpCount, smallestStepMs } = outcome.file;
  return {
    status: 'imported',
    path,
    ...identity,
    rows: tally.rowCount,
    inserted: counts.insertedCount,
    unchanged: counts.unchangedCount,
    corrected: counts.correctedCount,
    leftOut: tally.leftOutCount,
    refused: tally.refusedCount,
    refusedByReason: tally.refusedByReason,
    firstRefused: tally.firstRefused,
    jumps,
    jumpCount,
    smallestStepMs,
  };
}

/** The table goes to stdout, all warnings with their places to stderr. */
export function printImport(outcomes: readonly FileOutcome[], terminal: Terminal): void {
  const rows = importedOf(outcomes).map(({ path, identity, tally, counts }) => [
    basename(path),
    describeSeries(identity),
    ...[counts.insertedCount, counts.unchangedCount, counts.correctedCount, tally.leftOutCount, tally.refusedCount].map(whole),
  ]);
  terminal.data(renderTable(COLUMNS, rows, terminal));
  for (const line of warningsOf(outcomes)) terminal.warn(line);
  terminal.hint('next: rebalancer candles coverage');
}

/** What a person must know before trusting what was stored, file by file. */
export function warningsOf(outcomes: readonly FileOutcome[]): string[] {
  const ofFiles = importedOf(outcomes).flatMap((file) => [...refusalLines(file), ...correctionLines(file), ...jumpLines(file), ...stepLines(file)]);
  return [...ofFiles, ...failedOf(outcomes).map(({ detail }) => detail)];
}

function refusalLines({ path, tally }: ImportedFile): string[] {
  if (tally.refusedCount === 0) return [];
  const reasons = Object.entries(tally.refusedByReason).map(([reason, count]) => `${whole(count)} ${reason}`).join(', ');
  const listed = tally.firstRefused.map((row) => `  ${path}:${row.line} ${refusalInWords(row)}`);
  const rest = tally.refusedCount - listed.length;
  const more = rest > 0 ? [`  … and ${whole(rest)} more`] : [];
  return [[`${path}: ${whole(tally.refusedCount)} of ${whole(tally.rowCount)} rows refused (${reasons})`, ...listed, ...more].join('\n')];
}

export const refusalInWords = ({ reason, field }: RefusedRow): string =>
  `${reason}${field === null ? '' : ` (${field})`}: ${CANDLE_FAULTS[reason]}`;

function correctionLines({ path, counts }: ImportedFile): string[] {
  if (counts.correctedCount === 0) return [];
  return [`${path}: ${whole(counts.correctedCount)} closed candles differ from what was stored; the old figures are in candle_correction, the new ones stand`];
}

function jumpLines({ path, jumps, jumpCount }: ImportedFile): string[] {
  const lines = jumps.map((jump) => `${path}: ${describeJump(jump)}`);
  return jumpCount > jumps.length ? [...lines, `${path}: … and ${whole(jumpCount - jumps.length)} more jumps`] : lines;
}

function stepLines({ path, identity, smallestStepMs }: ImportedFile): string[] {
  const steps = (smallestStepMs ?? 0) / INTERVAL_MS[identity.interval];
  if (steps <= 1) return [];
  return [`${path}: no two of its candles are closer than ${whole(steps)} intervals of ${identity.interval}: is it named after the right interval?`];
}

function describeJump({ lastOpenMs, nextOpenMs, closeBefore, openAfter, ratio }: GapJump): string {
  const [last, next] = [lastOpenMs, nextOpenMs].map((timeMs) => new Date(timeMs).toISOString().replace('.000Z', 'Z'));
  const times = ratio >= 1 ? ratio : 1 / ratio;
  return (
    `the price ${ratio >= 1 ? 'rises' : 'falls'} ${whole(times)} times across a gap, from ${closeBefore} at ${last} to ${openAfter} at ${next}; ` +
    `if another asset took over the name, keep them apart by --from ${next} or --to ${last}`
  );
}

function importedOf(outcomes: readonly FileOutcome[]): ImportedFile[] {
  return outcomes.flatMap((outcome) => (outcome.status === 'imported' ? outcome.file : []));
}

function failedOf(outcomes: readonly FileOutcome[]): FailedFile[] {
  return outcomes.flatMap((outcome) => (outcome.status === 'failed' ? outcome.failure : []));
}
