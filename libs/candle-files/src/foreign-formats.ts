import { CandleFileFailure } from '#application';

/** Other forms by their names: a CSV reader would only call them gibberish. */
const FOREIGN_FORMATS: readonly (readonly [suffix: RegExp, name: string])[] = [
  [/\.json(\.gz)?$/i, 'JSON'],
  [/\.feather$/i, 'Feather'],
  [/\.parquet$/i, 'Parquet'],
  [/\.(zip|7z|tar|tgz|bz2|xz|zst)$/i, 'an archive'],
  [/\.xlsx?$/i, 'a spreadsheet'],
];

/** Throws a CandleFileFailure for a file whose name says that it is no CSV. */
export function refuseForeignFormat(path: string): void {
  const name = FOREIGN_FORMATS.find(([suffix]) => suffix.test(path))?.[1];
  if (name === undefined) return;
  const words = `it is ${name}; candles are read from CSV and CSV.gz, so convert it first`;
  throw new CandleFileFailure('unsupported-format', path, `${path}: ${words}; nothing of it was stored`);
}
