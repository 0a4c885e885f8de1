import Table from 'cli-table3';
import type { Terminal } from './terminal.js';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Gives way where the terminal is narrow. One column at most. */
  readonly isFlexible?: boolean;
}

const GAP = 2;
const SMALLEST_FLEXIBLE = 8;
const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' '.repeat(GAP),
};

/** Plain columns without lines: what is selected or piped on carries nothing but words. Fits the terminal's width. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  terminal: Pick<Terminal, 'columns' | 'colors'>,
): string {
  const widths = columns.map((column, index) => Math.max(displayWidth(column.title), ...rows.map((row) => displayWidth(row[index] ?? ''))));
  const table = new Table({
    head: columns.map(({ title }) => terminal.colors.bold(title)),
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: columns.map(({ align }) => align ?? 'left'),
    colWidths: fitted(widths, columns, terminal.columns),
  });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function fitted(widths: readonly number[], columns: readonly Column[], available: number): number[] {
  const total = widths.reduce((sum, width) => sum + width, GAP * (widths.length - 1));
  const excess = Math.max(0, total - available);
  return widths.map((width, index) => (columns[index]?.isFlexible ? Math.max(SMALLEST_FLEXIBLE, width - excess) : width));
}

/** Cells on a terminal: colors take none, ideographs take two. */
export function displayWidth(text: string): number {
  // The escape of a color is the one control sequence that this program writes.
  const plain = text.replaceAll(new RegExp(`${String.fromCodePoint(27)}\\[[0-9;]*m`, 'g'), '');
  return Array.from(plain).reduce(
    (width, character) =>
      width + (/[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\uFF01-\uFF60]/u.test(character) ? 2 : 1),
    0,
  );
}
