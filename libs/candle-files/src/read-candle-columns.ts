import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { CandleFileFailure, type CandleFileTally } from '#application';
import { CandleColumnsBuilder, describeSeries, type CandleColumns, type SeriesIdentity } from '#domain';
import { CsvCandleFile, type ReadOptions } from './csv-candle-file.js';
import { fileFailureOf } from './file-failure.js';
import { fileNameOf, identityFromFileName } from './series-file-name.js';

export interface ReadColumns extends CandleColumns {
  readonly identity: SeriesIdentity;
  readonly tally: CandleFileTally;
}

export interface ReadColumnsOptions extends ReadOptions {
  /** Left out: the series that the file is named after. */
  readonly identity?: SeriesIdentity;
}

/** All good rows of one file in memory. Throws a CandleFileFailure where the file as a whole is unfit. */
export async function readCandleColumns(filePath: string, options: ReadColumnsOptions): Promise<ReadColumns> {
  const identity = options.identity ?? namedIdentity(filePath);
  const file = new CsvCandleFile(filePath, identity, options);
  const gathered = new CandleColumnsBuilder();
  for await (const batch of file.batches()) gathered.append(batch);
  return { identity, ...gathered.take(), tally: file.tally() };
}

function namedIdentity(filePath: string): SeriesIdentity {
  const identity = identityFromFileName(path.basename(filePath));
  if (identity !== null) return identity;
  const form = '<EXCHANGE>_<BASE>_<QUOTE>_<interval>.csv.gz';
  throw new CandleFileFailure('unknown-series', filePath, `${filePath}: the name does not say what series it is (${form})`);
}

/** The path of a series' file in a folder of the form of `fileNameOf`, with or without `.gz`; names what there is instead. */
export async function findSeriesFile(folder: string, identity: SeriesIdentity): Promise<string> {
  const names = await namesIn(folder);
  const zipped = fileNameOf(identity);
  const name = [zipped, zipped.slice(0, -'.gz'.length)].find((candidate) => names.includes(candidate));
  if (name !== undefined) return path.join(folder, name);
  const others = names.flatMap((other) => identityFromFileName(other) ?? []).map(describeSeries);
  const instead = others.length === 0 ? 'it has no candle files' : `it has ${others.slice(0, 20).join(', ')}${others.length > 20 ? ' …' : ''}`;
  throw new CandleFileFailure('not-found', folder, `${folder}: no file ${zipped} for ${describeSeries(identity)}; ${instead}`);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    throw fileFailureOf(error, folder);
  }
}
