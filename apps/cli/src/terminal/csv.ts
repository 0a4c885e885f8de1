export type CsvCell = string | number | null;

/** One line of RFC 4180, without its end. Null is an empty field. */
export function csvLine(cells: readonly CsvCell[]): string {
  return cells.map(fieldOf).join(',');
}

function fieldOf(cell: CsvCell): string {
  if (cell === null) return '';
  // Numbers are ours: a leading minus is a sign, never a formula.
  if (typeof cell === 'number') return String(cell);
  const guarded = startsFormula(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** Spreadsheets run what begins so; an asset or a run can be named by anybody. */
const startsFormula = (text: string): boolean => /^[=+\-@\t\r]/.test(text);
