import { redactFor } from './redact.js';

it("lets no line break, escape sequence or C1 control of the venue's into a log", () => {
  const words = redactFor(undefined)('refused\r\n{"level":"info"}\u001b[2J\u0000 \u0085 and more');
  const codes = Array.from({ length: words.length }, (_, index) => words.charCodeAt(index));
  expect(codes.filter((code) => code < 0x20 || (code >= 0x7f && code <= 0x9f))).toEqual([]);
  expect(words).toContain('refused');
  expect(words).toContain('and more');
});
