import { CandleFileFailure, type CandleFile, type CandleFileTally, type TimeRange } from '#application';
import { CandleColumnsBuilder, type Candle, type CandleColumns, type SeriesIdentity } from '#domain';
import { findDialect, splitRow, type Dialect } from './dialect.js';
import { refuseForeignFormat } from './foreign-formats.js';
import { CANDLE_FILE_LIMITS } from './limits.js';
import { readText } from './open-text.js';
import { readOpenTimeMs } from './open-time.js';
import { readLines, tooLong } from './read-lines.js';
import { readRow, type RowContext } from './read-row.js';
import { Tally } from './tally.js';

export interface ReadOptions {
  /** Candles that were not closed at this instant are refused. */
  readonly nowMs: number;
  /** Good rows outside of it are left out, and counted. */
  readonly range?: TimeRange;
}

/** As milliseconds these are 1970 to 1973, when there were no candles; as seconds 1973 to 5138. */
const SECONDS = { from: 1e8, to: 1e11 } as const;
const BYTE_ORDER_MARK = '\uFEFF';

/** A CSV or CSV.gz of one series, streamed: what is in memory at a time is one batch. Read it once. */
export class CsvCandleFile implements CandleFile {
  private readonly counted = new Tally();
  private previousOpenTimeMs = -Infinity;
  private lineNumber = 0;
  private dialect: Dialect | null = null;
  private context: RowContext | null = null;

  constructor(
    readonly path: string,
    readonly identity: SeriesIdentity,
    private readonly options: ReadOptions,
  ) {}

  tally(): CandleFileTally {
    return this.counted.report();
  }

  async *batches(): AsyncGenerator<CandleColumns> {
    refuseForeignFormat(this.path);
    const gathered = new CandleColumnsBuilder(CANDLE_FILE_LIMITS.batchCandles);
    for await (const lines of readLines(readText(this.path), this.path)) {
      for (const line of lines) this.takeLine(line, gathered);
      if (gathered.length >= CANDLE_FILE_LIMITS.batchCandles) yield gathered.take();
    }
    if (gathered.length > 0) yield gathered.take();
    if (this.tally().rowCount === 0) throw this.failure('unsupported-format', 'it holds no rows');
  }

  private takeLine(text: string, gathered: CandleColumnsBuilder): void {
    this.lineNumber += 1;
    this.refuseExcess(text);
    const line = this.lineNumber === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
    if (line.trim() === '') return;
    if (this.dialect === null) {
      this.dialect = this.dialectFrom(line);
      if (this.dialect.hasHeader) return;
    }
    this.context ??= this.contextFrom(this.dialect, line);
    const row = readRow(line, this.previousOpenTimeMs, this.context);
    if (row.kind === 'refused') this.counted.refuse(this.lineNumber, row.fault);
    else this.accept(row.candle, gathered);
  }

  private accept(candle: Candle, gathered: CandleColumnsBuilder): void {
    this.previousOpenTimeMs = candle.openTimeMs;
    if (!isInRange(candle.openTimeMs, this.options.range)) return this.counted.leaveOut();
    this.counted.accept();
    return gathered.push(candle);
  }

  private dialectFrom(line: string): Dialect {
    const found = findDialect(line);
    if (found.kind === 'unknown') throw this.failure('unsupported-format', found.reason);
    return found.dialect;
  }

  /** `line` is the first with data: it says what symbol the whole file is of, and in what unit its times are. */
  private contextFrom(dialect: Dialect, line: string): RowContext {
    const fields = splitRow(line, dialect.delimiter) ?? [];
    const time = readOpenTimeMs(fields[dialect.places.openTimeMs] ?? '');
    // Some times in seconds lie on a grid of milliseconds, so row by row such a file would leave candles in 1970.
    if (time >= SECONDS.from && time < SECONDS.to) {
      throw this.failure('unsupported-format', 'its open times look like seconds; they must be milliseconds, microseconds or dates');
    }
    const rules = { interval: this.identity.interval, nowMs: this.options.nowMs };
    return { dialect, rules, ticker: dialect.tickerPlace === null ? null : (fields[dialect.tickerPlace] ?? null) };
  }

  private refuseExcess(line: string): void {
    if (line.length > CANDLE_FILE_LIMITS.lineCharacters) throw tooLong(this.path);
    if (this.lineNumber <= CANDLE_FILE_LIMITS.lines) return;
    throw this.failure('too-large', `it has more than ${CANDLE_FILE_LIMITS.lines} lines`);
  }

  private failure(kind: 'unsupported-format' | 'too-large', reason: string): CandleFileFailure {
    return new CandleFileFailure(kind, this.path, `${this.path}: ${reason}; nothing of it was stored`);
  }
}

function isInRange(openTimeMs: number, range: TimeRange | undefined): boolean {
  if (range === undefined) return true;
  return openTimeMs >= (range.fromMs ?? -Infinity) && openTimeMs <= (range.toMs ?? Infinity);
}
