import { StoreFailure } from '#application';

/** As Postgres answers a statement that breaks a rule of the schema. */
export const refused = (rule: string, cause: unknown = null): StoreFailure => new StoreFailure('refused', `the database refused it: ${rule}`, { cause });

/** @throws StoreFailure always */
export function refuse(rule: string, cause: unknown = null): never {
  throw refused(rule, cause);
}

/** A CHECK of the schema. */
export const check = (isRight: boolean, rule: string): void => void (isRight || refuse(`broken: ${rule}`));
