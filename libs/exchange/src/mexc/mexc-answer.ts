import type { BudgetPenalty } from '#application';
import type { HttpExchange } from './http-send.js';
import type { Redact } from './redact.js';

/** When an answer came: its round trip on a clock that never jumps, and its arrival by the machine's clock. */
export interface AnswerTiming {
  readonly sentMonotonicMs: number;
  readonly receivedMonotonicMs: number;
  readonly receivedMs: number;
}

export interface AnsweredRequest extends AnswerTiming {
  readonly kind: 'answered';
  readonly status: number;
  readonly retryAfterMs: number | null;
  /** False: the body is a page, a fragment or nothing. */
  readonly isJson: boolean;
  readonly json: unknown;
  /** MEXC's code where it is neither absent nor a success. */
  readonly code: string | null;
  /** The venue's words, without secrets, short. */
  readonly message: string;
}

export type MexcAnswer = Exclude<HttpExchange, { readonly kind: 'answered' }> | AnsweredRequest;

/** The firewall bans for as long as it likes; ten minutes are what MEXC's FAQ speaks of. */
export const FIREWALL_PAUSE_MS = 600_000;
const LONGEST_BAN_MS = 3 * 86_400_000;
const SUCCESS_CODES = new Set(['0', '200']);

/** Reads an answer by what it is, never by what a library makes of it. */
export function readAnswer(exchange: HttpExchange, timing: AnswerTiming, redact: Redact): MexcAnswer {
  if (exchange.kind !== 'answered') return { kind: exchange.kind, cause: redact(exchange.cause) };
  return new ReadAnswer(exchange, timing, redact);
}

class ReadAnswer implements AnsweredRequest {
  readonly kind = 'answered';
  readonly sentMonotonicMs: number;
  readonly receivedMonotonicMs: number;
  readonly receivedMs: number;
  readonly status: number;
  readonly retryAfterMs: number | null;
  readonly isJson: boolean;
  readonly json: unknown;
  readonly code: string | null;
  readonly #body: string;
  readonly #redact: Redact;

  constructor({ status, body, retryAfter }: Extract<HttpExchange, { readonly kind: 'answered' }>, { sentMonotonicMs, receivedMonotonicMs, receivedMs }: AnswerTiming, redact: Redact) {
    const { isJson, json } = parseBody(body);
    [this.sentMonotonicMs, this.receivedMonotonicMs, this.receivedMs] = [sentMonotonicMs, receivedMonotonicMs, receivedMs];
    [this.status, this.retryAfterMs] = [status, parseRetryAfter(retryAfter, receivedMs)];
    [this.isJson, this.json, this.code] = [isJson, json, codeOf(json)];
    [this.#body, this.#redact] = [body, redact];
  }

  /** Read where somebody asks: nobody does of a good answer, which may be a megabyte. */
  get message(): string {
    return this.#redact(messageOf(this.json) ?? pageInWords(this.#body));
  }
}

/** What an answer asks of the budget of all processes. */
export function penaltyOf(answer: MexcAnswer): BudgetPenalty | null {
  if (answer.kind !== 'answered') return null;
  const { status, code, retryAfterMs } = answer;
  if (status === 418) return { kind: 'banned', retryAfterMs };
  if (isFirewall(answer)) return { kind: 'banned', retryAfterMs: Math.max(retryAfterMs ?? 0, FIREWALL_PAUSE_MS) };
  return status === 429 || code === '429' || code === '510' ? { kind: 'rate-limited', retryAfterMs } : null;
}

/** A 403 that MEXC's own software did not write. */
export function isFirewall({ status, code, json }: AnsweredRequest): boolean {
  return status === 403 && code === null && !isRecord(json);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseBody(body: string): { readonly isJson: boolean; readonly json: unknown } {
  try {
    return { isJson: true, json: JSON.parse(body) };
  } catch {
    return { isJson: false, json: undefined };
  }
}

function codeOf(json: unknown): string | null {
  if (!isRecord(json) || json['success'] === true) return null;
  const { code } = json;
  if (typeof code !== 'string' && typeof code !== 'number') return null;
  return SUCCESS_CODES.has(String(code)) ? null : String(code).slice(0, 20);
}

function messageOf(json: unknown): string | null {
  if (!isRecord(json)) return null;
  const words = json['msg'] ?? json['message'];
  return typeof words === 'string' ? words : null;
}

/**
 * Of a page of a proxy's or the firewall's people want to know what it says, not how it is set. The title is whole, so that
 * no secret in it is cut in two before it is looked for.
 */
function pageInWords(body: string): string {
  if (!/^\s*</.test(body)) return body;
  const title = /<title[^>]*>([^<]+)</i.exec(body.slice(0, 10_000))?.[1]?.trim();
  return title === undefined || title === '' ? 'a page without a title' : `a page titled '${title}'`;
}

/** Seconds, or a date with a month's name; Date.parse alone takes -5 and 1.5 for years. */
function parseRetryAfter(text: string | null, nowMs: number): number | null {
  if (text === null) return null;
  const isDate = /[a-z]{3}/i.test(text);
  const waitMs = isDate ? Date.parse(text) - nowMs : /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) * 1_000 : Number.NaN;
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(0, waitMs), LONGEST_BAN_MS);
}
