import { StoreFailure, type TimeRange } from '#application';
import { PostgresCandleStore } from '#persistence';
import { parseInstant } from '../backtest/instants.js';
import { withDatabase } from '../database/open-database.js';
import type { CommandAction } from '../command-action.js';
import { failure, type CliFailure } from '../terminal/cli-failure.js';
import { openFileProgress } from './file-progress.js';
import { contradictionOf, importFiles, listFiles } from './import-files.js';
import type { FileOutcome } from './import-outcome.js';
import { exitCodeOf, importDocument, printImport, totalFailure } from './import-report.js';

export interface ImportOptions {
  readonly exchange?: string;
  /** `BASE/QUOTE` */
  readonly symbol?: string;
  readonly interval?: string;
  readonly from?: string;
  readonly to?: string;
}

/** `rebalancer candles import PATH…`: files and folders into the database, each file wholly or not at all. */
export const runCandlesImport: CommandAction<ImportOptions> = async (context, options, paths) => {
  const { exchange, symbol, interval } = options;
  const request = { paths, flags: { exchange, symbol, interval }, range: rangeOf(options), nowMs: context.nowMs() };
  const listed = await listFiles(paths);
  refuseContradiction(listed.flatMap((entry) => ('path' in entry ? entry.path : [])), options);
  const progress = openFileProgress(context.terminal);
  const outcomes = await withDatabase(context.settings, (dataSource) =>
    importFiles(new PostgresCandleStore(dataSource), listed, request, progress.update),
  )
    .catch((error: unknown) => {
      throw storeFailure(error);
    })
    .finally(progress.end);
  return report(outcomes, context);
};

function report(outcomes: readonly FileOutcome[], { terminal }: Parameters<CommandAction<ImportOptions>>[0]) {
  const failed = totalFailure(outcomes);
  if (failed !== null) throw failed;
  if (terminal.isJson) terminal.document(importDocument(outcomes));
  else printImport(outcomes, terminal);
  return exitCodeOf(outcomes);
}

function rangeOf({ from, to }: ImportOptions): TimeRange {
  const range = { fromMs: instantOf('--from', from), toMs: instantOf('--to', to) };
  if (range.fromMs !== null && range.toMs !== null && range.fromMs > range.toMs) throw wrongUse('--from must not be after --to');
  return range;
}

function instantOf(flag: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const parsed = parseInstant(text);
  if (parsed.ok) return parsed.ms;
  throw wrongUse(`${flag} ${parsed.rule}`);
}

function refuseContradiction(files: readonly string[], flags: ImportOptions): void {
  const contradiction = contradictionOf(files, flags);
  if (contradiction !== null) throw wrongUse(contradiction);
}

function wrongUse(detail: string): CliFailure {
  return failure('usage', { code: 'malformed-option', title: 'Wrong use', detail });
}

/** What ends an import, with what helps. Nothing of the file that was being read is stored; the files before it are. */
export function storeFailure(error: unknown): unknown {
  if (!(error instanceof StoreFailure)) return error;
  const words = { code: `database-${error.kind}`, title: 'Database failure', detail: error.message, cause: error };
  if (error.kind !== 'refused') return failure('unavailable', { ...words, remedy: REMEDIES[error.kind] });
  const { code } = Object(error.cause) as { readonly code?: unknown };
  return code === MISSING_TABLE ? failure('conflict', { ...words, code: 'database-not-migrated', remedy: 'rebalancer migrate' }) : error;
}

const MISSING_TABLE = '42P01';
const REMEDIES = {
  'disk-full': 'free space on the disk of the database, then import again: what is stored already is only compared',
  unavailable: 'rebalancer doctor',
  timeout: 'wait for the other import of this series, then import again',
  contended: 'import again',
} as const;
