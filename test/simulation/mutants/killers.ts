/** A world of this length in simulated days, from this seed on. */
export interface Killer {
  readonly seed: number;
  readonly days: number;
}

/** The world that kills each mutant, pinned: found by a search, and short. */
export const KILLERS: Readonly<Record<string, Killer>> = {};
