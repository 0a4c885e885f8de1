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
 * even. `alive` includes `me`. Free groups are dealt out by name too, so that all that look at the same table want different
 * ones: where everybody reached for the first, one of them would win in each round and the others wait.
 */
export function shareGroups(me: string, alive: readonly string[], groups: readonly GroupHolder[]): GroupMove {
  const names = [...new Set([...alive, me])].sort();
  const needs = names.map((name, rank) => quotaOf(rank, names.length, groups.length) - heldBy(name, groups).length);
  const rank = names.indexOf(me);
  const need = needs[rank]!;
  if (need < 0) return { take: [], giveUp: heldBy(me, groups).slice(need) };
  const free = groups.filter(({ holder }) => holder === null).map(({ group }) => group);
  const others = needs.slice(0, rank).reduce((sum, other) => sum + Math.max(0, other), 0);
  return { take: free.slice(others, others + need), giveUp: [] };
}

function heldBy(name: string, groups: readonly GroupHolder[]): readonly number[] {
  return groups.filter(({ holder }) => holder === name).map(({ group }) => group);
}

function quotaOf(rank: number, ingestors: number, groups: number): number {
  const share = Math.floor(groups / ingestors);
  return rank < groups % ingestors ? share + 1 : share;
}
