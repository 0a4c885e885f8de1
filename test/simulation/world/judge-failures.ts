import { inspect } from 'node:util';
import { StoreFailure, VenueFailure } from '#application';

/** What goes wrong in the world by itself, and what a product must live with. */
const PASSING = new Set(['Redis is away']);

/** What the product threw, as a fault of its own; null: it is one of the world's. */
export function ownFault(error: unknown): string | null {
  if (error === undefined || error === null || error instanceof VenueFailure) return null;
  if (error instanceof StoreFailure) return error.kind === 'refused' ? `it broke a rule of the database: ${error.message}` : null;
  if (error instanceof Error && PASSING.has(error.message)) return null;
  return error instanceof Error ? (error.stack ?? error.message) : inspect(error);
}

/** Secrets of the simulation begin with it. */
export const CANARY = 'canary-secret';

/** I15: whether what is told has a secret in it, be it in the words, the stack or the cause of an error. */
export const tellsSecret = (fields: object): boolean => hasSecret(fields, new Set());

function hasSecret(value: unknown, seen: Set<object>): boolean {
  if (typeof value === 'string') return value.includes(CANARY);
  if (typeof value !== 'object' || value === null || seen.has(value)) return false;
  seen.add(value);
  if ((value instanceof Map || value instanceof Set) && [...value].some((entry) => hasSecret(entry, seen))) return true;
  return Reflect.ownKeys(value).some((name) => String(name).includes(CANARY) || hasSecret((value as Record<string | symbol, unknown>)[name], seen));
}
