import { basename } from 'node:path';
import { CandleFileFailure, importCandleFile, StoreFailure, type CandleStore, type ImportedFile, type TimeRange } from '#application';
import { CsvCandleFile, identifyFile, identityFromFileName, listCandleFiles, refuseForeignFormat, type IdentityFlags } from '#candle-files';
import type { SeriesIdentity } from '#domain';
import type { FailedFile, FileOutcome } from './import-outcome.js';
import { refusalInWords } from './import-report.js';

export interface ImportRequest {
  /** Files, and folders of files. */
  readonly paths: readonly string[];
  readonly flags: IdentityFlags;
  readonly range: TimeRange;
  readonly nowMs: number;
}

type Listed = { readonly path: string } | { readonly failure: FailedFile };

/** All files behind the paths, each once; a path that leads nowhere is a failure among them, not the end of them. */
export async function listFiles(paths: readonly string[]): Promise<Listed[]> {
  const listed = await Promise.all(paths.map(listPath));
  const seen = new Set<string>();
  return listed.flat().filter((entry) => {
    if ('failure' in entry) return true;
    const isNew = !seen.has(entry.path);
    seen.add(entry.path);
    return isNew;
  });
}

async function listPath(path: string): Promise<Listed[]> {
  try {
    return (await listCandleFiles(path)).map((file) => ({ path: file }));
  } catch (error) {
    return [{ failure: failureOf(error, path) }];
  }
}

/** Imports one file after the other. A file that is unfit is one outcome; a database that is gone ends it all. */
export async function importFiles(
  store: CandleStore,
  listed: readonly Listed[],
  request: ImportRequest,
  onFile: (done: number, total: number) => void,
): Promise<FileOutcome[]> {
  const outcomes: FileOutcome[] = [];
  for (const entry of listed) {
    outcomes.push('failure' in entry ? { status: 'failed', failure: entry.failure } : await importOne(store, entry.path, request));
    onFile(outcomes.length, listed.length);
  }
  return outcomes;
}

async function importOne(store: CandleStore, path: string, request: ImportRequest): Promise<FileOutcome> {
  try {
    refuseForeignFormat(path); // Before anybody is asked what series it is.
    const identity = identityOf(path, request.flags);
    const file = new CsvCandleFile(path, identity, { nowMs: request.nowMs, range: request.range });
    const imported = await importCandleFile(store, file);
    return noneIsGood(imported) ? { status: 'failed', failure: noGoodRow(imported) } : { status: 'imported', file: imported };
  } catch (error) {
    if (!isOfThisFile(error)) throw error;
    return { status: 'failed', failure: failureOf(error, path) };
  }
}

function identityOf(path: string, flags: IdentityFlags): SeriesIdentity {
  const found = identifyFile(basename(path), flags);
  if (found.kind === 'identified') return found.identity;
  const words =
    found.kind === 'missing'
      ? `neither its name nor the command line says what series it is: add ${found.flags.join(' ')}`
      : found.faults.map(({ field, rule }) => `${field} ${rule}`).join('; ');
  throw new CandleFileFailure('unknown-series', path, `${path}: ${words}`);
}

/** What flags must not do: name one symbol for files that name several, or give a file another interval than its own. */
export function contradictionOf(paths: readonly string[], flags: IdentityFlags): string | null {
  const named = paths.flatMap((path) => identityFromFileName(basename(path)) ?? []);
  const wrong = named.find(({ interval }) => flags.interval !== undefined && interval !== flags.interval);
  if (wrong !== undefined) return `--interval ${flags.interval} contradicts a file that is named after ${wrong.interval}`;
  const symbols = new Set(named.map(({ exchange, base, quote }) => `${exchange} ${base}/${quote}`));
  if (symbols.size < 2 || (flags.symbol === undefined && flags.exchange === undefined)) return null;
  return `--exchange and --symbol would store ${symbols.size} different series as one; name the files of one series`;
}

const noneIsGood = ({ tally }: ImportedFile): boolean => tally.acceptedCount + tally.leftOutCount === 0;

function noGoodRow({ path, tally }: ImportedFile): FailedFile {
  const reasons = Object.entries(tally.refusedByReason).map(([reason, count]) => `${count} ${reason}`).join(', ');
  const first = tally.firstRefused.slice(0, 1).map((row) => `; line ${row.line}: ${refusalInWords(row)}`).join('');
  return { path, code: 'no-good-row', detail: `${path}: all ${tally.rowCount} rows were refused (${reasons})${first}` };
}

/** A rule of the schema that was broken, or a chunk that took too long, says nothing of the next file. */
function isOfThisFile(error: unknown): boolean {
  return error instanceof CandleFileFailure || (error instanceof StoreFailure && (error.kind === 'timeout' || error.kind === 'contended'));
}

function failureOf(error: unknown, path: string): FailedFile {
  if (error instanceof CandleFileFailure) return { path, code: `file-${error.kind}`, detail: error.message };
  if (error instanceof StoreFailure) return { path, code: `store-${error.kind}`, detail: `${path}: ${error.message}` };
  throw error;
}
