import pc from 'picocolors';
import { displayWidth, renderTable, type Column } from './table.js';

const COLUMNS: readonly Column[] = [{ title: 'ID' }, { title: 'NAME', isFlexible: true }, { title: 'RETURN', align: 'right' }];
const terminal = (columns: number, color = false) => ({ columns, colors: pc.createColors(color) });

it('aligns columns and leaves no blanks at the ends of lines', () => {
  const text = renderTable(COLUMNS, [['1', 'short', '5 %'], ['22', 'longer name', '-12.5 %']], terminal(80));
  expect(text.split('\n')).toEqual([
    'ID  NAME          RETURN',
    '1   short            5 %',
    '22  longer name  -12.5 %',
  ]);
});

it('cuts the flexible column to the width of the terminal', () => {
  const text = renderTable(COLUMNS, [['1', 'a name that is far too long for this', '5 %']], terminal(30));
  for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(30);
  expect(text).toContain('…');
  expect(text).toContain('5 %');
});

it('measures ideographs as two cells and colors as none', () => {
  expect(displayWidth('我踏马来了')).toBe(10);
  expect(displayWidth(pc.createColors(true).red('ab'))).toBe(2);
  const rows = [['1', '我踏马来了', '5 %'], ['2', 'HANA', '6 %']];
  const widths = renderTable(COLUMNS, rows, terminal(80)).split('\n').slice(1).map(displayWidth);
  expect(new Set(widths).size).toBe(1);
});
