import { z } from 'zod';
import { errorAnswer, jsonAnswer, type Answer, type Outcome } from '../rest/answer.js';
import { defineFault, retryAfterSeconds, type FaultKind } from './define-fault.js';
import { firewallPage, gatewayPage, maintenancePage, pageInsteadOfJson } from './html-pages.js';
import { htmlAnswer } from '../rest/answer.js';

const ServerError = {
  status: z.union([z.literal(500), z.literal(501), z.literal(502), z.literal(503), z.literal(504)], 'expected 500, 501, 502, 503 or 504').default(500),
  body: z.enum(['json', 'html']).default('json'),
};

const answered = (answer: Answer): Outcome => ({ kind: 'answer', answer });

function serverError({ status, body }: { readonly status: number; readonly body: 'json' | 'html' }): Outcome {
  return answered(body === 'html' ? gatewayPage(status) : errorAnswer(status, 'Internal error', status));
}

const GARBLED: Readonly<Record<'truncated' | 'html' | 'empty' | 'object', (answer: Answer) => Answer>> = {
  truncated: (answer) => ({ ...answer, body: answer.body.slice(0, Math.floor(answer.body.length / 2)) }),
  html: () => pageInsteadOfJson(),
  empty: (answer) => ({ ...answer, body: '' }),
  object: () => jsonAnswer({}),
};

const TOO_MANY: Readonly<Record<number, string>> = { 429: 'Too Many Requests.', 510: 'Excessive frequency of requests, please try again later' };

function tooMany(status: number, seconds: number): Answer {
  const headers = { 'retry-after': String(seconds) };
  return status === 418 ? bannedAnswer(seconds) : errorAnswer(status, TOO_MANY[status] ?? '', status === 510 ? 400 : status, headers);
}

/** A ban is told by status alone: no code of MEXC's means it. */
export function bannedAnswer(seconds: number): Answer {
  return htmlAnswer("418 I'm a teapot", 418, { 'retry-after': String(seconds) });
}

/** Answers that come in place of what was asked for. */
export const ANSWER_FAULTS: readonly FaultKind[] = [
  defineFault({
    name: 'error-before-acceptance', rows: [45], words: 'HTTP 5xx, and nothing was accepted', parameters: ServerError,
    effectOf: (parameters) => ({ at: 'before', outcome: () => serverError(parameters) }),
  }),
  defineFault({
    name: 'error-after-acceptance', rows: [45], words: 'HTTP 5xx, although it was accepted', parameters: ServerError,
    effectOf: (parameters) => ({ at: 'reply', outcome: () => serverError(parameters) }),
  }),
  defineFault({
    name: 'garbled-answer', rows: [46], words: 'accepted; HTTP 200 whose body is cut short, a page, empty or {}',
    parameters: { body: z.enum(['truncated', 'html', 'empty', 'object']).default('truncated') },
    effectOf: ({ body }) => ({ at: 'reply', outcome: (answer) => answered(GARBLED[body]({ ...answer, status: 200 })) }),
  }),
  defineFault({
    name: 'too-many-requests', rows: [47], words: '429, 418 or 510 with Retry-After',
    parameters: { status: z.union([z.literal(429), z.literal(418), z.literal(510)], 'expected 429, 418 or 510').default(429), retryAfterSeconds },
    effectOf: ({ status, retryAfterSeconds: seconds }) => ({ at: 'before', outcome: () => answered(tooMany(status, seconds)) }),
  }),
  defineFault({
    name: 'firewall', rows: [48], words: '403 with a page: the firewall in front of the exchange', parameters: {},
    effectOf: () => ({ at: 'before', outcome: () => answered(firewallPage()) }),
  }),
  defineFault({
    name: 'maintenance-page', rows: [49], words: 'a page that says maintenance', parameters: {},
    effectOf: () => ({ at: 'before', outcome: () => answered(maintenancePage()) }),
  }),
];
