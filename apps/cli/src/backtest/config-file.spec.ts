import { parseConfig } from './config-file.js';

const refusalOf = (text: string) => {
  try {
    parseConfig(text, 'f.json');
  } catch (error) {
    return (error as { problem: { code: string; detail: string; errors?: unknown } }).problem;
  }
  throw new Error('was not refused');
};

it('takes a flat object for the parameters', () => {
  expect(parseConfig('{"usdtReserve": 0.2}', 'f.json')).toEqual({ parameters: { usdtReserve: 0.2 } });
});

it('takes an object with a field of a submission for a submission', () => {
  const text = '{"assets": ["A"], "parameters": {"usdtReserve": 0.2}}';
  expect(parseConfig(text, 'f.json')).toEqual({ assets: ['A'], parameters: { usdtReserve: 0.2 } });
});

it('reads a file with a byte order mark', () => {
  expect(parseConfig('\uFEFF{"slippage": 0}', 'f.json')).toEqual({ parameters: { slippage: 0 } });
});

it.each([
  [
    '{"usdtReserv": 0.2}',
    'config-unknown-field',
    [{ pointer: '/usdtReserv', code: 'unknown-parameter', detail: 'is not a parameter; did you mean usdtReserve?' }],
  ],
  [
    '{"assets": ["A"], "usdtReserve": 0.2}',
    'config-unknown-field',
    [{ pointer: '/usdtReserve', code: 'unknown-field', detail: 'is a parameter: put it under "parameters"' }],
  ],
  [
    '{"assets": ["A"], "exchnge": "X"}',
    'config-unknown-field',
    [{ pointer: '/exchnge', code: 'unknown-field', detail: 'is not a field here; did you mean exchange?' }],
  ],
  ['[1]', 'config-not-an-object', undefined],
  ['null', 'config-not-an-object', undefined],
  ['not json', 'config-not-json', undefined],
  ['', 'config-not-json', undefined],
  [`${'{"parameters":'.repeat(9)}1${'}'.repeat(9)}`, 'config-too-deep', undefined],
  ['['.repeat(400_000), 'config-too-deep', undefined],
])('refuses %.60s', (text, code, errors) => {
  expect(refusalOf(text)).toMatchObject({ code, ...(errors && { errors }) });
});

it('does not count brackets inside strings as depth', () => {
  expect(parseConfig('{"note": "[[[[[[[[[[ \\" [["}', 'f.json')).toEqual({ note: '[[[[[[[[[[ " [[' });
});
