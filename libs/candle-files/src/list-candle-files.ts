import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { CandleFileFailure } from '#application';
import { fileFailureOf } from './file-failure.js';
import { CANDLE_FILE_LIMITS } from './limits.js';

const CSV_NAME = /\.csv(\.gz)?$/i;

/** A file is itself; a folder is the CSV files right in it, sorted by name. Throws a CandleFileFailure. */
export async function listCandleFiles(fileOrFolder: string): Promise<string[]> {
  try {
    if (!(await stat(fileOrFolder)).isDirectory()) return [fileOrFolder];
    const names = (await readdir(fileOrFolder)).filter((name) => CSV_NAME.test(name)).sort();
    return withinReason(fileOrFolder, names).map((name) => path.join(fileOrFolder, name));
  } catch (error) {
    throw fileFailureOf(error, fileOrFolder);
  }
}

function withinReason(folder: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) {
    throw new CandleFileFailure('no-files', folder, `${folder}: no *.csv or *.csv.gz in this folder (folders below it are not searched)`);
  }
  if (names.length > CANDLE_FILE_LIMITS.filesOfFolder) {
    throw new CandleFileFailure('too-large', folder, `${folder}: more than ${CANDLE_FILE_LIMITS.filesOfFolder} files; name some of them`);
  }
  return names;
}
