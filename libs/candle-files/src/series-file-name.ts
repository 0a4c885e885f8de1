import { parseSeriesIdentity, type IdentityFault, type SeriesIdentity } from '#domain';

const FILE_NAME = /^([^_]+)_([^_]+)_([^_]+)_([^_.]+)\.csv(?:\.gz)?$/u;

/** The series that a file is named after, `<EXCHANGE>_<BASE>_<QUOTE>_<interval>.csv.gz`, or null for other names. */
export function identityFromFileName(fileName: string): SeriesIdentity | null {
  const [, exchange, base, quote, interval] = FILE_NAME.exec(fileName) ?? [];
  if (exchange === undefined || base === undefined || quote === undefined || interval === undefined) return null;
  const parsed = parseSeriesIdentity({ exchange, base, quote, interval });
  return parsed.kind === 'valid' ? parsed.identity : null;
}

/** The name of a series' file, without folder. */
export function fileNameOf({ exchange, base, quote, interval }: SeriesIdentity): string {
  return `${exchange}_${base}_${quote}_${interval}.csv.gz`;
}

/** What a user says of a file that does not name its series. */
export interface IdentityFlags {
  readonly exchange?: string;
  /** `BASE/QUOTE` */
  readonly symbol?: string;
  readonly interval?: string;
}

export type IdentifiedFile =
  | { readonly kind: 'identified'; readonly identity: SeriesIdentity }
  /** Neither name nor flags say these. */
  | { readonly kind: 'missing'; readonly flags: readonly string[] }
  | { readonly kind: 'invalid'; readonly faults: readonly IdentityFault[] };

/** A flag wins over the file's name: so an asset that was given an old name can be stored under a new one. */
export function identifyFile(fileName: string, flags: IdentityFlags): IdentifiedFile {
  const named = identityFromFileName(fileName);
  const [base, quote = ''] = flags.symbol?.split('/') ?? [named?.base, named?.quote];
  const exchange = flags.exchange ?? named?.exchange;
  const interval = flags.interval ?? named?.interval;
  if (exchange === undefined || base === undefined || interval === undefined) {
    const absent = { '--exchange': exchange, '--symbol': base, '--interval': interval };
    return { kind: 'missing', flags: Object.entries(absent).flatMap(([flag, value]) => (value === undefined ? [flag] : [])) };
  }
  const parsed = parseSeriesIdentity({ exchange, base, quote, interval });
  return parsed.kind === 'valid' ? { kind: 'identified', identity: parsed.identity } : parsed;
}
