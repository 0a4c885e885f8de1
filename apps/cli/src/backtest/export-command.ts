import type { CommandAction } from '../command-action.js';
import type { BacktestsApi, JsonObject } from '../remote/backtests-api.js';
import { openBacktestsApi } from '../remote/open-api.js';
import { failure } from '../terminal/cli-failure.js';
import { csvLine, type CsvCell } from '../terminal/csv.js';
import { EXIT } from '../terminal/exit-codes.js';
import { whole } from '../terminal/figures.js';
import { writeOutput, type TextSink } from '../terminal/output-file.js';
import { numberOption } from './number-option.js';

interface ExportOptions {
  readonly what: string;
  readonly output: string;
  readonly format?: string;
  readonly points: string;
}

type Part = 'summary' | 'trades' | 'equity' | 'rebalances';
type Format = 'csv' | 'json';

const PARTS: readonly Part[] = ['summary', 'trades', 'equity', 'rebalances'];

export const exportBacktest: CommandAction<ExportOptions> = async (context, options, [id = '']) => {
  const part = oneOf('--what', options.what, PARTS);
  const format = formatOf(part, options.format, context.terminal.isJson);
  const points = numberOption('--points', options.points, { min: 2, max: 10_000, isWhole: true }) ?? 10_000;
  const api = openBacktestsApi(context);
  let count = 0;
  await writeOutput(options.output, async (sink) => {
    count = await writePart(api, id, { part, format, points }, sink);
  });
  if (options.output === '-') return EXIT.ok;
  if (context.terminal.isJson) context.terminal.document({ id, what: part, format, file: options.output, rows: count });
  else context.terminal.say(`${options.output}: ${part} of ${id}, ${whole(count)} ${count === 1 ? 'row' : 'rows'}`);
  return EXIT.ok;
};

interface ExportRequest {
  readonly part: Part;
  readonly format: Format;
  readonly points: number;
}

async function writePart(api: BacktestsApi, id: string, { part, format, points }: ExportRequest, sink: TextSink): Promise<number> {
  if (part === 'summary') return writeSummary(await api.summary(id), sink);
  const rows = rowsOf(api, id, part, points);
  return format === 'csv' ? writeCsv(rows, COLUMNS[part], sink) : writeJson(rows, sink);
}

async function writeSummary(summary: JsonObject, sink: TextSink): Promise<number> {
  await sink.write(`${JSON.stringify(summary, null, 2)}\n`);
  return 1;
}

/** Page after page, so that a run of a million trades needs no memory of its size. */
async function* rowsOf(
  api: BacktestsApi,
  id: string,
  part: Exclude<Part, 'summary'>,
  points: number,
): AsyncGenerator<readonly JsonObject[]> {
  if (part === 'equity') {
    const { timesMs, values } = await api.equity(id, points);
    yield timesMs.map((time, index) => ({ time, equity: values[index]! }));
    return;
  }
  let after: string | undefined;
  do {
    const page = part === 'trades' ? await api.trades(id, after) : await api.rebalances(id, after);
    yield page.data;
    after = page.page.next ?? undefined;
  } while (after !== undefined);
}

/** Fixed, so that a run without trades still has its header and a new field upstream moves no column. */
const COLUMNS: Readonly<Record<Exclude<Part, 'summary'>, readonly string[]>> = {
  trades: ['time', 'side', 'asset', 'quantity', 'price', 'value', 'fee', 'rebalance'],
  equity: ['time', 'equity'],
  rebalances: ['index', 'decidedAtMs', 'filledAtMs', 'asset', 'kind', 'ratio', 'cashChange', 'interimGain', 'attribution', 'legs'],
};

async function writeCsv(pages: AsyncGenerator<readonly JsonObject[]>, columns: readonly string[], sink: TextSink): Promise<number> {
  let count = 0;
  await sink.write(`${csvLine(columns)}\n`);
  for await (const page of pages) {
    await sink.write(page.map((row) => `${csvLine(columns.map((column) => cellOf(row[column])))}\n`).join(''));
    count += page.length;
  }
  return count;
}

/** One array, element by element; valid JSON also where nothing comes. */
async function writeJson(pages: AsyncGenerator<readonly JsonObject[]>, sink: TextSink): Promise<number> {
  let count = 0;
  for await (const page of pages) {
    const elements = page.map((row) => `  ${JSON.stringify(row)}`).join(',\n');
    if (elements !== '') await sink.write(`${count === 0 ? '[' : ','}\n${elements}`);
    count += page.length;
  }
  await sink.write(count === 0 ? '[]\n' : '\n]\n');
  return count;
}

function cellOf(value: unknown): CsvCell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'string') return value;
  // The legs of a rebalance: a table has no better place for them than one cell of JSON.
  return JSON.stringify(value);
}

function formatOf(part: Part, given: string | undefined, isJson: boolean): Format {
  const usual = part === 'summary' || isJson ? 'json' : 'csv';
  const format = given === undefined ? usual : oneOf<Format>('--format', given, ['csv', 'json']);
  if (part !== 'summary' || format === 'json') return format;
  throw failure('usage', { code: 'no-such-format', title: 'Wrong use', detail: 'a summary is no table: --format json' });
}

function oneOf<Choice extends string>(flag: string, text: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return choice;
  throw failure('usage', {
    code: 'malformed-option',
    title: 'Wrong use',
    detail: `${flag} must be one of ${choices.join(', ')} (received ${JSON.stringify(text.slice(0, 40))})`,
  });
}
