import { readAnswer } from './mexc-answer.js';
import { redactFor } from './redact.js';

const KEY = 'mx0$&+[canary].*key(of|the"test)\\d';
const redact = redactFor({ apiKey: KEY, secret: 'canary+secret/of=the&test' });
const TIMING = { sentMonotonicMs: 0, receivedMonotonicMs: 10, receivedMs: 1_764_000_000_000 };

describe('redact', () => {
  it.each<[string, (key: string) => string]>([
    ['as it is', (key) => key],
    ['encoded for an address', encodeURIComponent],
    ['encoded in small letters', (key) => encodeURIComponent(key).toLowerCase()],
    ['encoded as a form', (key) => new URLSearchParams({ key }).toString().slice(4)],
    ['within JSON', (key) => JSON.stringify(key).slice(1, -1)],
  ])('takes out a key of odd characters, written %s', (_name, write) => {
    expect(redact(`no leave for ${write(KEY)} today`)).toBe('no leave for *** today');
  });

  it('leaves no part of a key where it cuts', () => {
    for (let length = 260; length <= 300; length++) expect(redact('x'.repeat(length) + KEY)).not.toContain('mx0');
    const long = `mx0${'k'.repeat(207)}`; // 22 of them are read, each become three stars, and most of the next.
    expect(redactFor({ apiKey: long, secret: '' })(`${long} `.repeat(30))).toMatch(/^[* ]*$/);
  });

  it('leaves no part of a key that stands in the title of a page', () => {
    for (let length = 160; length <= 200; length++) {
      const body = `<html><title>${'x'.repeat(length)}${KEY}</title></html>`;
      const answer = readAnswer({ kind: 'answered', status: 500, retryAfter: null, body }, TIMING, redact);
      expect(answer).toMatchObject({ message: expect.not.stringContaining('mx0') });
    }
  });
});

it("lets no line break, escape sequence or C1 control of the venue's into a log", () => {
  const words = redactFor(undefined)('refused\r\n{"level":"info"}\u001b[2J\u0000 \u0085 and more');
  const codes = Array.from({ length: words.length }, (_, index) => words.charCodeAt(index));
  expect(codes.filter((code) => code < 0x20 || (code >= 0x7f && code <= 0x9f))).toEqual([]);
  expect(words).toContain('refused');
  expect(words).toContain('and more');
});
