export interface GroupHolder {
  readonly group: number;
  /** Null: nobody holds it, or its lease has run out. */
  readonly holder: string | null;
}

/** What one of several ingestors does next: takes free groups, or gives up some for those that have too few. */
export interface GroupMove {
  readonly take: readonly number[];
  readonly giveUp: readonly number[];
}

/**
 * Fair shares: with n ingestors alive, each holds at most ⌈groups / n⌉, the first ones by name where it does not come out
 * even. `alive` includes `me`. All that look at the same table come to moves that fit together.
 */
export function shareGroups(me: string, alive: readonly string[], groups: readonly GroupHolder[]): GroupMove {
  const quota = quotaOf(me, alive, groups.length);
  const mine = groups.filter(({ holder }) => holder === me).map(({ group }) => group);
  if (mine.length > quota) return { take: [], giveUp: mine.slice(quota) };
  const free = groups.filter(({ holder }) => holder === null).map(({ group }) => group);
  return { take: free.slice(0, quota - mine.length), giveUp: [] };
}

function quotaOf(me: string, alive: readonly string[], groups: number): number {
  const names = [...new Set([...alive, me])].sort();
  const share = Math.floor(groups / names.length);
  return names.indexOf(me) < groups % names.length ? share + 1 : share;
}
