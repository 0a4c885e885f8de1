import type { Killer } from './run-mutants.js';

/** The world that kills each mutant, pinned: found by a search, and short. */
export const KILLERS: Readonly<Record<string, Killer>> = {};
