import { Terminal, type TerminalOptions } from './terminal.js';

class StreamInMemory {
  text = '';
  constructor(
    readonly isTTY: boolean,
    readonly columns?: number,
  ) {}
  write(text: string): void {
    this.text += text;
  }
}

function aTerminal(options: Partial<TerminalOptions> = {}, isTTY = false) {
  const out = new StreamInMemory(isTTY, isTTY ? 80 : undefined);
  const err = new StreamInMemory(isTTY);
  return { out, err, terminal: new Terminal(out, err, { json: false, quiet: false, color: true, ...options }) };
}

const PROBLEM = {
  type: 'about:blank',
  title: 'Wrong',
  status: 422,
  code: 'validation-failed',
  detail: 'it is wrong',
  errors: [{ pointer: '/a', code: 'b', detail: 'must be c' }],
  remedy: 'do this',
};

it('sends data to stdout and words to stderr', () => {
  const { out, err, terminal } = aTerminal();
  terminal.data('1,2');
  terminal.say('done');
  terminal.warn('careful');
  expect([out.text, err.text]).toEqual(['1,2\n', 'done\nwarning: careful\n']);
});

it('keeps warnings and errors with --quiet', () => {
  const { err, terminal } = aTerminal({ quiet: true });
  terminal.say('done');
  terminal.hint('next');
  terminal.warn('careful');
  expect(err.text).toBe('warning: careful\n');
});

it('says nothing with --json but the document and the problem', () => {
  const { out, err, terminal } = aTerminal({ json: true }, true);
  terminal.say('done');
  terminal.warn('careful');
  terminal.document({ a: 1 });
  terminal.fail(PROBLEM);
  expect(JSON.parse(out.text)).toEqual({ a: 1 });
  expect(JSON.parse(err.text)).toEqual(PROBLEM);
});

it('tells a problem with its places and its remedy', () => {
  const { err, terminal } = aTerminal();
  terminal.fail(PROBLEM);
  expect(err.text).toBe('error: it is wrong\n  /a  must be c\ntry: do this\n(validation-failed)\n');
});

it.each([
  [{}, true, true],
  [{}, false, false],
  [{ json: true }, true, false],
  [{ quiet: true }, true, false],
])('with %j on a terminal %j shows progress: %j', (options, isTTY, expected) => {
  expect(aTerminal(options, isTTY).terminal.showsProgress).toBe(expected);
});

it('colors a terminal only, and only if wanted', () => {
  expect(aTerminal({}, true).terminal.colors.red('x')).not.toBe('x');
  expect(aTerminal({}, false).terminal.colors.red('x')).toBe('x');
  expect(aTerminal({ color: false }, true).terminal.colors.red('x')).toBe('x');
});

it('fits a terminal, and cuts nothing that goes elsewhere', () => {
  expect(aTerminal({}, true).terminal.columns).toBe(80);
  expect(aTerminal({}, false).terminal.columns).toBe(Infinity);
  expect(aTerminal({ columns: 60 }, false).terminal.columns).toBe(60);
});
