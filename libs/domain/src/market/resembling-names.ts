/** The names that a typed one may have been meant to be, the likeliest first: few edits away, or one the beginning of the other. */
export function resemblingNames(typed: string, names: Iterable<string>, limit: number): string[] {
  const wanted = typed.toUpperCase();
  // Two, since letters that have changed places are two edits; but of three letters nothing would be left.
  const allowed = Math.max(wanted.length > 3 ? 2 : 1, Math.floor(wanted.length / 3));
  const ranked: { readonly name: string; readonly distance: number }[] = [];
  for (const name of names) {
    const distance = distanceOf(wanted, name.toUpperCase(), allowed);
    if (distance <= allowed) ranked.push({ name, distance });
  }
  ranked.sort((one, other) => one.distance - other.distance || (one.name < other.name ? -1 : 1));
  return ranked.slice(0, limit).map(({ name }) => name);
}

const SHORTEST_BEGINNING = 3;

function distanceOf(wanted: string, name: string, allowed: number): number {
  if (wanted === name) return 0;
  const shorter = Math.min(wanted.length, name.length);
  if (shorter >= SHORTEST_BEGINNING && (name.startsWith(wanted) || wanted.startsWith(name))) return 1;
  if (Math.abs(wanted.length - name.length) > allowed) return Infinity;
  return editDistance(wanted, name);
}

/** Insertions, deletions and substitutions from one text to the other (Levenshtein), row by row. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_none, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const substituted = previous[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(substituted, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[to.length]!;
}
