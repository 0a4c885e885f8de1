/**
 * Serializes what sends orders or books fills for one account, until the transaction ends. A pair of numbers, since single
 * ones are the keys of other locks.
 * @param account SQL of the account's id
 */
export const accountLock = (account: string): string => `pg_advisory_xact_lock(731040, hashtext(${account}))`;
