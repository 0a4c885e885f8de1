import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessRow {
  readonly pid: number;
  readonly command: string;
}

/** All living processes below a process, from Linux's /proc. */
export function descendantsOf(pid: number): readonly ProcessRow[] {
  const rows = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap(readRow);
  const below = (parent: number): readonly ProcessRow[] =>
    rows.filter((row) => row.parent === parent).flatMap((row) => [{ pid: row.pid, command: row.command }, ...below(row.pid)]);
  return below(pid);
}

function readRow(name: string): readonly { pid: number; parent: number; command: string }[] {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z') return [];
    const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return [{ pid: Number(name), parent: Number(parent), command }];
  } catch {
    return []; // It ended while we looked.
  }
}

export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
  } catch {
    return false;
  }
}

/** Watches processes end; resolves when each was seen to be gone (milliseconds from now), or fails after the limit. */
export async function endsOf(pids: readonly number[], limitMs: number): Promise<ReadonlyMap<number, number>> {
  const startedMs = performance.now();
  const ends = new Map<number, number>();
  while (ends.size < pids.length) {
    const elapsedMs = performance.now() - startedMs;
    for (const pid of pids) if (!ends.has(pid) && !isAlive(pid)) ends.set(pid, elapsedMs);
    const left = pids.filter((pid) => !ends.has(pid));
    if (elapsedMs > limitMs) throw new Error(`still alive after ${limitMs} ms: ${left.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return ends;
}
