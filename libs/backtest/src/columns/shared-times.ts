export function isEqual(a: Float64Array, b: Float64Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

/** The times that both columns have, ascending. */
export function intersectTimes(a: Float64Array, b: Float64Array): Float64Array {
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

/** The times that at least one of the columns has, ascending. */
export function uniteTimes(a: Float64Array, b: Float64Array): Float64Array {
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
