import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RestRequest } from '../rest/rest-request.js';
import { DialectRefusal, missingParameter } from './dialect-refusal.js';

export interface Account {
  readonly id: string;
  readonly key: string;
  readonly secret: string;
}

const DEFAULT_WINDOW_MS = 5_000;
const LONGEST_WINDOW_MS = 60_000;
const SLACK_AHEAD_MS = 1_000;
const SIGNATURE = /(?:^|&)signature=([^&]*)/u;

/**
 * The account that signed a request. MEXC's documents: HMAC-SHA256 in lowercase hex over the query as sent, followed by the
 * body, both without the signature itself.
 * @throws DialectRefusal
 */
export function authenticate(request: RestRequest, accounts: ReadonlyMap<string, Account>, serverMs: number): Account {
  if (request.apiKey === null || request.apiKey === '') throw new DialectRefusal(400, 'api key required');
  const account = accounts.get(request.apiKey);
  if (account === undefined) throw new DialectRefusal(10072, 'Api key info invalid');
  if (!isTyped(request)) throw new DialectRefusal(700013, 'Invalid content Type.');
  const signature = request.parameters.get('signature');
  if (signature === undefined || signature === '') throw missingParameter('signature');
  const timestampMs = timeParameter(request, 'timestamp');
  if (timestampMs === null) throw missingParameter('timestamp');
  if (!isSignedBy(account, request, signature)) throw new DialectRefusal(700002, 'Signature for this request is not valid.');
  const windowMs = timeParameter(request, 'recvWindow') ?? DEFAULT_WINDOW_MS;
  if (windowMs > LONGEST_WINDOW_MS) throw new DialectRefusal(700005, 'recvWindow must less than 60000');
  if (!isTimely(timestampMs, windowMs, serverMs)) throw new DialectRefusal(700003, 'Timestamp for this request is outside of the recvWindow.');
  return account;
}

/** Whatever is not a GET has to say that it is JSON, be its body empty (mexc-api-sdk issue 68, ccxt issue 21505). */
function isTyped({ method, contentType }: RestRequest): boolean {
  return method === 'GET' || /^application\/json\s*(?:;|$)/iu.test(contentType ?? '');
}

/** MEXC's documents, "Timing security". A clock that is a second ahead fails whatever its window is. */
export function isTimely(timestampMs: number, windowMs: number, serverMs: number): boolean {
  return timestampMs < serverMs + SLACK_AHEAD_MS && serverMs - timestampMs <= windowMs;
}

function timeParameter(request: RestRequest, name: string): number | null {
  const text = request.parameters.get(name);
  if (text === undefined || text === '') return null;
  if (!/^\d{1,15}$/u.test(text)) throw missingParameter(name);
  return Number(text);
}

function isSignedBy({ secret }: Account, { rawQuery, body }: RestRequest, signature: string): boolean {
  const signed = rawQuery.replace(SIGNATURE, '') + body.replace(SIGNATURE, '');
  const expected = createHmac('sha256', secret).update(signed).digest('hex');
  const [given, right] = [Buffer.from(signature), Buffer.from(expected)];
  return given.length === right.length && timingSafeEqual(given, right);
}
