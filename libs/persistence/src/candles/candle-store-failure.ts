import { CandleFileFailure } from '#application';
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
  if (error instanceof CandleFileFailure) return error;
  return isOfDatabase(error) ? asStoreFailure(error, doing) : error;
}

/** By shape, not by class: an error of Node's core need not be an instance of this realm's Error. */
function isOfDatabase(error: unknown): boolean {
  const { code, message, errors } = Object(error) as { readonly code?: unknown; readonly message?: unknown; readonly errors?: unknown };
  if (Array.isArray(errors)) return errors.some(isOfDatabase); // One for each address of a host's name.
  if (typeof code === 'string' && (SQLSTATE.test(code) || NETWORK_CODES.has(code))) return true;
  return typeof message === 'string' && LOST_CONNECTION.test(message);
}
