/** The times that all columns have. The first column itself where all are equal: nothing is copied then. */
export function intersectTimes(columns: readonly Float64Array[]): Float64Array {
  return columns.reduce((shared, column) => (isEqual(shared, column) ? shared : intersectTwo(shared, column)));
}

/** How many different times the columns have together. */
export function unionSize(columns: readonly Float64Array[]): number {
  return columns.reduce((union, column) => (isEqual(union, column) ? union : uniteTwo(union, column))).length;
}

function isEqual(a: Float64Array, b: Float64Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

function intersectTwo(a: Float64Array, b: Float64Array): Float64Array {
  const shared = new Float64Array(Math.min(a.length, b.length));
  let count = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const timeA = a[i]!;
    const timeB = b[j]!;
    if (timeA === timeB) shared[count++] = timeA;
    if (timeA <= timeB) i++;
    if (timeB <= timeA) j++;
  }
  return shared.subarray(0, count);
}

function uniteTwo(a: Float64Array, b: Float64Array): Float64Array {
  const united = new Float64Array(a.length + b.length);
  let count = 0;
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const timeA = i < a.length ? a[i]! : Infinity;
    const timeB = j < b.length ? b[j]! : Infinity;
    united[count++] = Math.min(timeA, timeB);
    if (timeA <= timeB) i++;
    if (timeB <= timeA) j++;
  }
  return united.subarray(0, count);
}
