import { StoreFailure } from '#application';

/** As Postgres answers a statement that breaks a rule of the schema. */
export const refused = (rule: string): StoreFailure => new StoreFailure('refused', `the database refused it: ${rule}`, { cause: null });
