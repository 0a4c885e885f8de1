import type { SubmitOutcome } from '#application';
import { refusedUnsent } from '../dialect/refused-unsent.js';
import { FIREWALL_PAUSE_MS, isFirewall, isRecord, type AnsweredRequest, type MexcAnswer } from './mexc-answer.js';
import { verdictOfCode, type CodeVerdict } from '../dialect/venue-codes.js';

/** At least this long after a refusal for too many requests. */
const MIN_WAIT_MS = 10_000;
// MEXC's own look like C02__385413065019117569043; a body that is a page or a word must never pass for one.
const ORDER_ID = /^(?=.*\d)[A-Za-z0-9_]{6,64}$/;

/**
 * What one POST of an order came to, by phase, HTTP status and code (venue-codes.ts). Only proof makes a
 * refusal: what is not listed here is unknown, which is asked about and never sent again.
 */
export function classifySubmit(answer: MexcAnswer, marketId: string): SubmitOutcome {
  if (answer.kind === 'not-sent') return refusedUnsent(answer.cause, { isRetryable: true });
  if (answer.kind === 'lost') return { kind: 'unknown', cause: answer.cause, httpStatus: null, code: null };
  if (contradictsItself(answer)) return unknown(answer, 'the answer names an order and refuses it');
  return classifyRate(answer) ?? classifyCode(answer) ?? classifySuccess(answer, marketId) ?? unknown(answer, 'no rule knows this answer');
}

/** The manners of the client: judged by the status first, since a proxy writes them without a code. */
function classifyRate(answer: AnsweredRequest): SubmitOutcome | null {
  const { status, code, retryAfterMs } = answer;
  if (status === 418) return refused(answer, { isRetryable: true, reaction: 'open-breaker' }, atLeast(MIN_WAIT_MS, retryAfterMs));
  if (status === 429 || (status === 510 && code === '510')) {
    return refused(answer, { isRetryable: true, reaction: 'wait' }, atLeast(MIN_WAIT_MS, retryAfterMs));
  }
  if (!isFirewall(answer)) return null;
  return refused(answer, { isRetryable: true, reaction: 'open-breaker' }, atLeast(FIREWALL_PAUSE_MS, retryAfterMs));
}

function classifyCode(answer: AnsweredRequest): SubmitOutcome | null {
  const { status, code, retryAfterMs } = answer;
  // "Execution status is UNKNOWN and could have been a success", say MEXC's documents of every 5xx, whatever its body.
  if (status >= 500) return unknown(answer, `HTTP ${status}`);
  const verdict = (code === null ? null : verdictOfCode(code)) ?? verdictOfStatus(answer);
  if (verdict === null) return code === null ? null : unknown(answer, `code ${code} is not mapped`);
  if (verdict === 'unknown') return unknown(answer, `code ${code}`);
  return refused(answer, verdict, verdict.reaction === 'wait' ? atLeast(MIN_WAIT_MS, retryAfterMs) : retryAfterMs);
}

/** MEXC itself, not the firewall, says 401 or 403 of a key. */
function verdictOfStatus({ status, json }: AnsweredRequest): CodeVerdict | null {
  const isAboutTheKey = (status === 401 || status === 403) && isRecord(json);
  return isAboutTheKey ? { isRetryable: false, reaction: 'halt-account' } : null;
}

function classifySuccess(answer: AnsweredRequest, marketId: string): SubmitOutcome | null {
  if (answer.status !== 200) return null;
  const { json } = answer;
  if (!isRecord(json)) return unknown(answer, 'the answer is not the JSON of an order');
  const venueOrderId = orderIdIn(json);
  if (venueOrderId === null) return unknown(answer, 'the answer has no order id');
  if (json['symbol'] !== marketId) return unknown(answer, 'the answer is about another market');
  return { kind: 'acknowledged', venueOrderId };
}

/** A refusal with the id of an order proves neither. */
function contradictsItself({ status, code, json }: AnsweredRequest): boolean {
  return (status !== 200 || code !== null) && orderIdIn(json) !== null;
}

function orderIdIn(json: unknown): string | null {
  const orderId = isRecord(json) ? json['orderId'] : null;
  const isText = typeof orderId === 'string' || Number.isSafeInteger(orderId);
  return isText && ORDER_ID.test(String(orderId)) ? String(orderId) : null;
}

function refused(answer: AnsweredRequest, verdict: Exclude<CodeVerdict, string>, retryAfterMs: number | null): SubmitOutcome {
  const { status: httpStatus, code, message } = answer;
  return { kind: 'refused', refusal: { proof: 'venue', ...verdict, retryAfterMs, httpStatus, code, message } };
}

function unknown({ status, code, message }: AnsweredRequest, cause: string): SubmitOutcome {
  return { kind: 'unknown', cause: message === '' ? cause : `${cause}: ${message}`, httpStatus: status, code };
}

function atLeast(minMs: number, waitMs: number | null): number {
  return Math.max(minMs, waitMs ?? 0);
}
