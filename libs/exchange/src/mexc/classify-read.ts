import { VenueFailure, type VenueFailureKind } from '#application';
import { isFirewall, isRecord, type AnsweredRequest, type MexcAnswer } from './mexc-answer.js';
import { kindOfCode } from '../dialect/venue-codes.js';

export type ReadRemedy = 'none' | 'retry' | 'resync-clock';

export interface FailedRead {
  readonly kind: 'failure';
  readonly failure: VenueFailure;
  readonly remedy: ReadRemedy;
}

export type ReadVerdict = { readonly kind: 'answer'; readonly answer: AnsweredRequest } | FailedRead;

const REMEDIES: Readonly<Partial<Record<VenueFailureKind, ReadRemedy>>> = {
  transient: 'retry',
  'rate-limited': 'retry',
  'clock-skew': 'resync-clock',
  'malformed-response': 'retry',
};

/** What the answer to a question came to. `about` names the question, for people. */
export function classifyRead(answer: MexcAnswer, about: string): ReadVerdict {
  if (answer.kind !== 'answered') return failed('transient', `${about}: ${answer.cause}`, {});
  const kind = kindOf(answer);
  return kind === null ? { kind: 'answer', answer } : failed(kind, `${about}: ${wordsOf(answer)}`, answer);
}

/** An answer that no schema of ours takes. */
export function malformed(about: string, fault: string, answer?: AnsweredRequest): FailedRead {
  return failed('malformed-response', `${about}: ${fault}`, answer ?? {});
}

function kindOf(answer: AnsweredRequest): VenueFailureKind | null {
  const { status, code, isJson } = answer;
  if (status >= 300 && status < 400) return 'wrong-host'; // It sends us elsewhere, where we do not go.
  if (status === 429) return 'rate-limited';
  if (status === 418 || isFirewall(answer)) return 'banned';
  if (code !== null) return kindOfCode(code) ?? kindOfStatus(answer);
  return status === 200 ? (isJson ? null : 'malformed-response') : kindOfStatus(answer);
}

/** Of an answer without a code that says more. MEXC's own software writes JSON: anything else comes from what stands before it. */
function kindOfStatus({ status, json }: AnsweredRequest): VenueFailureKind {
  if (!isRecord(json)) return 'transient';
  if (status === 401) return 'auth';
  if (status === 403) return 'permission';
  return status >= 500 || status === 408 ? 'transient' : 'refused';
}

function wordsOf({ status, code, message }: AnsweredRequest): string {
  const words = [`HTTP ${status}`, code === null ? '' : `code ${code}`, message].filter((word) => word !== '');
  return words.join(', ');
}

function failed(kind: VenueFailureKind, message: string, answer: Partial<AnsweredRequest>): FailedRead {
  const { retryAfterMs, status, code } = answer;
  const details = {
    cause: null,
    ...(retryAfterMs === undefined || retryAfterMs === null ? {} : { retryAfterMs }),
    ...(status === undefined ? {} : { httpStatus: status }),
    ...(code === undefined || code === null ? {} : { code }),
  };
  return { kind: 'failure', failure: new VenueFailure(kind, message, details), remedy: REMEDIES[kind] ?? 'none' };
}
