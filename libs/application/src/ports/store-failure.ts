/**
 * Why Postgres did not do what it was asked. `unavailable`, `timeout` and `contended` pass by themselves and may be tried
 * again; `disk-full` needs the operator; `refused` is a rule of the schema that the caller broke.
 */
export type StoreFailureKind = 'unavailable' | 'timeout' | 'contended' | 'disk-full' | 'refused';

export class StoreFailure extends Error {
  constructor(
    readonly kind: StoreFailureKind,
    message: string,
    options: { readonly cause: unknown },
  ) {
    super(message, options);
    this.name = 'StoreFailure';
  }
}

/** Whether the same call may succeed later: everything of the database's but a broken rule. */
export const isPassingStoreFailure = (error: unknown): boolean => error instanceof StoreFailure && error.kind !== 'refused';
