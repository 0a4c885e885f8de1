import { StoreFailure, type StoreFailureKind } from '#application';

/** By SQLSTATE class or code: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const KIND_BY_STATE: readonly (readonly [RegExp, StoreFailureKind])[] = [
  [/^(?:40001|40P01)$/u, 'contended'],
  [/^(?:55P03|57014)$/u, 'timeout'],
  [/^(?:53100|58030)$/u, 'disk-full'],
  [/^(?:08|53|57P|25P03)/u, 'unavailable'],
];

/** The failure in the application's words; `doing` completes "the database could not …". */
export function asStoreFailure(error: unknown, doing: string): StoreFailure {
  if (error instanceof StoreFailure) return error;
  const kind = kindOf(error);
  return new StoreFailure(kind, `the database could not ${doing} (${kind})`, { cause: error });
}

function kindOf(error: unknown): StoreFailureKind {
  const state = stateOf(error);
  // Sockets report names such as ECONNREFUSED, the pool reports words; neither is the server's verdict on the statement.
  if (state === null) return 'unavailable';
  return KIND_BY_STATE.find(([pattern]) => pattern.test(state))?.[1] ?? 'refused';
}

function stateOf(error: unknown): string | null {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: unknown };
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/u.test(code)) return code;
  return driverError === undefined ? null : stateOf(driverError);
}
