import { assertOrigin, checkOrigin } from './venue-origin.js';

describe('checkOrigin', () => {
  it.each([
    ['MEXC', 'https://api.mexc.com', [], 'https://api.mexc.com'],
    ['MEXC', 'https://api.mexc.com/', [], 'https://api.mexc.com'],
    ['SIMULATOR', 'http://127.0.0.1:4010', [], 'http://127.0.0.1:4010'],
    ['SIMULATOR', 'http://localhost:4010', [], 'http://localhost:4010'],
    ['SIMULATOR', 'http://[::1]:4010', [], 'http://[::1]:4010'],
    ['SIMULATOR', 'http://exchange-simulator:4010', ['exchange-simulator'], 'http://exchange-simulator:4010'],
  ] as const)('lets %s be at %s', (venue, origin, trusted, expected) => expect(checkOrigin(venue, origin, trusted)).toBe(expected));

  it.each([
    ['MEXC', 'http://api.mexc.com'],
    ['MEXC', 'https://api.mexc.com:8443'],
    ['MEXC', 'https://api.mexc.com.example.org'],
    ['MEXC', 'https://api.mexc.co'],
    ['MEXC', 'http://127.0.0.1:4010'],
    ['MEXC', 'https://exchange-simulator'],
    ['SIMULATOR', 'https://api.mexc.com'],
    ['SIMULATOR', 'http://10.0.0.7:4010'],
    ['SIMULATOR', 'http://127.0.0.1.example.org'],
    ['SIMULATOR', 'http://other:4010'],
    ['SIMULATOR', 'http://127.0.0.1:4010/path'],
    ['SIMULATOR', 'http://127.0.0.1:4010?x=1'],
    ['SIMULATOR', 'http://user:word@127.0.0.1:4010'],
    ['SIMULATOR', 'ftp://127.0.0.1'],
    ['SIMULATOR', '127.0.0.1:4010'],
    ['SIMULATOR', ''],
  ] as const)('does not let %s be at %s', (venue, origin) => {
    expect(() => checkOrigin(venue, origin, ['exchange-simulator'])).toThrow(expect.objectContaining({ kind: 'wrong-host' }));
  });

  it('shows no password', () => {
    expect(() => checkOrigin('SIMULATOR', 'http://user:canary@127.0.0.1/')).toThrow(expect.objectContaining({ message: expect.not.stringContaining('canary') }));
  });
});

describe('assertOrigin', () => {
  it('lets through what goes there', () => expect(() => assertOrigin('https://api.mexc.com/api/v3/time?x=1', 'https://api.mexc.com')).not.toThrow());

  it.each([
    'https://www.mexc.com/open/api/v2/order',
    'https://contract.mexc.com/api/v1/contract/detail',
    'http://api.mexc.com/api/v3/time',
    'https://api.mexc.com@example.org/api/v3/time',
    '/api/v3/time',
  ])('stops %s', (url) => {
    const failure = expect.objectContaining({ kind: 'wrong-host', message: expect.stringContaining('nothing was sent') });
    expect(() => assertOrigin(url, 'https://api.mexc.com')).toThrow(failure);
  });
});
