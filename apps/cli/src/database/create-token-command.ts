import { randomBytes } from 'node:crypto';
import { createToken, StoreFailure } from '#application';
import { PostgresAccessTokenStore } from '#persistence';
import { ulid } from 'ulid';
import type { CommandAction } from '../command-action.js';
import { failure } from '../terminal/cli-failure.js';
import { EXIT } from '../terminal/exit-codes.js';
import { withDatabase } from './open-database.js';

const LONGEST_NAME = 60;

export const createAccessToken: CommandAction<{ readonly name: string }> = async (context, { name }) => {
  if (name.trim() === '' || Array.from(name).length > LONGEST_NAME) {
    throw failure('usage', { code: 'malformed-option', title: 'Wrong use', detail: `--name must have 1 to ${LONGEST_NAME} characters` });
  }
  const token = await withDatabase(context.settings, async (dataSource) => {
    const issue = {
      store: new PostgresAccessTokenStore(dataSource),
      clock: { nowMs: () => context.nowMs() },
      ids: { next: (prefix: string) => `${prefix}_${ulid()}` },
      secrets: { bytes: (count: number) => randomBytes(count) },
    };
    return createToken(issue, name).catch((error: unknown) => {
      throw storeRefusal(error);
    });
  });
  if (context.terminal.isJson) context.terminal.document({ name, token });
  else context.terminal.data(token);
  context.terminal.hint('shown this once; keep it in a file that only you can read, and name that with --token-file');
  return EXIT.ok;
};

/** A database that was never migrated has no table for it. */
function storeRefusal(error: unknown): unknown {
  const { code } = (error ?? {}) as { code?: string };
  const isMissingTable = code === '42P01' || (error instanceof StoreFailure && error.kind === 'refused');
  if (!isMissingTable) return error;
  return failure('conflict', {
    code: 'database-not-migrated',
    title: 'Database not migrated',
    detail: 'the database has no table of access tokens',
    remedy: 'rebalancer migrate',
    cause: error,
  });
}
