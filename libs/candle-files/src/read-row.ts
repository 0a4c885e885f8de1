import { faultOf, readDecimal, spellsNonFinite, type Candle, type CandleField, type CandleRules, type FoundFault } from '#domain';
import { splitRow, type Dialect } from './dialect.js';
import { readOpenTimeMs } from './open-time.js';

export type ReadRow =
  | { readonly kind: 'candle'; readonly candle: Candle }
  | { readonly kind: 'refused'; readonly fault: FoundFault };

export interface RowContext {
  readonly dialect: Dialect;
  readonly rules: CandleRules;
  /** What the ticker column said in the first row, if there is one: a file is of one symbol. */
  readonly ticker: string | null;
}

const VALUE_FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;

/** Reads and judges one line. `previousOpenTimeMs` is that of the last good row. */
export function readRow(line: string, previousOpenTimeMs: number, context: RowContext): ReadRow {
  const { dialect } = context;
  const fields = splitRow(line, dialect.delimiter);
  if (fields === null || fields.length !== dialect.columnCount) return refused('column-count', null);
  if (dialect.tickerPlace !== null && fields[dialect.tickerPlace] !== context.ticker) return refused('other-ticker', null);
  const candle = toCandle(fields, dialect);
  const fault = spellingFault(candle, fields, dialect) ?? faultOf(candle, previousOpenTimeMs, context.rules);
  return fault === null ? { kind: 'candle', candle } : { kind: 'refused', fault };
}

function toCandle(fields: readonly string[], { places }: Dialect): Candle {
  return {
    openTimeMs: readOpenTimeMs(fields[places.openTimeMs]!),
    open: readDecimal(fields[places.open]!),
    high: readDecimal(fields[places.high]!),
    low: readDecimal(fields[places.low]!),
    close: readDecimal(fields[places.close]!),
    volume: readDecimal(fields[places.volume]!),
  };
}

/** The first field that spells no number at all; one that spells NaN or infinity is left to the candle rules. */
function spellingFault(candle: Candle, fields: readonly string[], { places }: Dialect): FoundFault | null {
  if (Number.isNaN(candle.openTimeMs) && !spellsNonFinite(fields[places.openTimeMs]!)) return nonNumeric('openTimeMs');
  for (const field of VALUE_FIELDS) {
    if (Number.isNaN(candle[field]) && !spellsNonFinite(fields[places[field]]!)) return nonNumeric(field);
  }
  return null;
}

function nonNumeric(field: CandleField): FoundFault {
  return { reason: 'non-numeric', field };
}

function refused(reason: FoundFault['reason'], field: CandleField | null): ReadRow {
  return { kind: 'refused', fault: { reason, field } };
}
