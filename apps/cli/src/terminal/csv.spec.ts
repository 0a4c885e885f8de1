import { csvLine } from './csv.js';

it.each([
  [['a', 1, null, -0.5], 'a,1,,-0.5'],
  [['say "hi"', 'a,b', 'two\nlines'], '"say ""hi""","a,b","two\nlines"'],
  [['=HYPERLINK("x")'], `"'=HYPERLINK(""x"")"`],
  [['+1', '-1', '@x', '\tx'], "'+1,'-1,'@x,'\tx"],
  [[1e-7, 1.5e21], '1e-7,1.5e+21'],
])('writes %j', (cells, line) => {
  expect(csvLine(cells)).toBe(line);
});
