import { randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import type { IdSource, SecretSource } from '#application';

/** Ids and chance as this machine gives them; use cases know the ports only. */
export const ulidSource: IdSource = { next: (prefix) => `${prefix}_${ulid()}` };

export const secretSource: SecretSource = { bytes: (count) => randomBytes(count) };
