import { CandleFileFailure } from '#application';
import { CANDLE_FILE_LIMITS } from './limits.js';

/** Arrays of whole lines without their ends, in order: one array a chunk of text, so that no line costs a promise. */
export async function* readLines(chunks: AsyncIterable<string>, path: string): AsyncGenerator<readonly string[]> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > CANDLE_FILE_LIMITS.lineCharacters) throw tooLong(path);
    yield lines.map(withoutReturn);
  }
  if (rest !== '') yield [withoutReturn(rest)];
}

export function tooLong(path: string): CandleFileFailure {
  return new CandleFileFailure(
    'unsupported-format',
    path,
    `${path}: a line has more than ${CANDLE_FILE_LIMITS.lineCharacters} characters, so this is no CSV of candles`,
  );
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
