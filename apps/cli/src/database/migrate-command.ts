import { setTimeout as pause } from 'node:timers/promises';
import { runMigrations } from '#persistence';
import { numberOption } from '../backtest/number-option.js';
import type { CommandAction } from '../command-action.js';
import { requireDatabase } from '../settings/settings.js';
import { EXIT } from '../terminal/exit-codes.js';
import { databaseUnreachable, dataSourceOf, type DataSource } from './open-database.js';

const RETRY_MS = 500;
const LONGEST_WAIT_SECONDS = 3_600;

/** Errors of a server that is not there yet, or that still starts (SQLSTATE 57P03) or stops. */
const NOT_YET = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
  'ETIMEDOUT',
  '57P03',
  '57P01',
  '57P02',
  '53300',
]);

export const migrate: CommandAction<{ readonly waitSeconds: string }> = async (context, options) => {
  const waitSeconds = numberOption('--wait-seconds', options.waitSeconds, { min: 0, max: LONGEST_WAIT_SECONDS }) ?? 0;
  const located = requireDatabase(context.settings);
  const dataSource = dataSourceOf(context.settings, located);
  const applied = await migrateOnceReachable(dataSource, waitSeconds * 1_000).catch((error: unknown) => {
    throw isNotYet(error) || isLoginRefused(error) ? databaseUnreachable(located, error) : error;
  });
  if (context.terminal.isJson) context.terminal.document({ applied });
  else context.terminal.data(applied.length === 0 ? 'the database is up to date' : applied.map((name) => `applied ${name}`).join('\n'));
  return EXIT.ok;
};

/** A database that starts beside us needs a moment; any other error is told at once. */
async function migrateOnceReachable(dataSource: DataSource, waitMs: number): Promise<string[]> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    try {
      return await runMigrations(dataSource);
    } catch (error) {
      if (!isNotYet(error) || performance.now() >= deadline) throw error;
    }
    await pause(RETRY_MS);
  }
}

/** The SQLSTATEs of a wrong password, a user who may not enter, and a database that is not there. */
function isLoginRefused(error: unknown): boolean {
  return ['28P01', '28000', '3D000'].includes(String(((error ?? {}) as { code?: string }).code));
}

function isNotYet(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isNotYet);
  const { code } = (error ?? {}) as { code?: string };
  return code !== undefined && NOT_YET.has(code);
}
