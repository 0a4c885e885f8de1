import { asStoreFailure } from '../session/store-failure.js';

const SQLSTATE = /^[0-9A-Z]{5}$/u;
const NETWORK_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH', 'EAI_AGAIN']);
/** What pg and its pool say of a connection that ended or never came: these have no code. */
const LOST_CONNECTION = /connection terminated|timeout exceeded when trying to connect|not queryable/iu;

/**
 * A failure of the database as a StoreFailure. All else passes as it is: an import reads its file within the
 * transaction, and a corrupt file is not the database's fault.
 */
export function candleStoreFailureOf(error: unknown, doing: string): unknown {
  return isOfDatabase(error) ? asStoreFailure(error, doing) : error;
}

function isOfDatabase(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isOfDatabase); // One address each of a host's name.
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return SQLSTATE.test(code) || NETWORK_CODES.has(code) || LOST_CONNECTION.test(error.message);
}
