import { parseParameterOptions } from './parameter-options.js';

it('reads numbers and words, the last of a name winning', () => {
  const parsed = parseParameterOptions(['usdtReserve=0.3', 'fillAt=close', 'initialCapital=1e4', 'usdtReserve = .25']);
  expect(parsed).toEqual({ parameters: { usdtReserve: 0.25, fillAt: 'close', initialCapital: 10_000 }, faults: [] });
});

it.each([
  ['usdtReserv=0.2', '/parameters/usdtReserv', 'is not a parameter; did you mean usdtReserve?'],
  ['usdtReserve', '--set', 'must be name=value, such as usdtReserve=0.2 (received "usdtReserve")'],
  ['=0.2', '--set', 'must be name=value, such as usdtReserve=0.2 (received "=0.2")'],
  ['usdtReserve=', '/parameters/usdtReserve', 'must be a number at least 0 and below 1 (received "")'],
  ['usdtReserve=20%', '/parameters/usdtReserve', 'must be a number at least 0 and below 1 (received "20%"; 20% is written 0.2)'],
  ['usdtReserve=0x1', '/parameters/usdtReserve', 'must be a number at least 0 and below 1 (received "0x1")'],
  ['usdtReserve=Infinity', '/parameters/usdtReserve', 'must be a number at least 0 and below 1 (received "Infinity")'],
])('refuses %s', (option, pointer, detail) => {
  expect(parseParameterOptions([option]).faults).toEqual([expect.objectContaining({ pointer, detail })]);
});

it('lists the parameters where no name is near', () => {
  expect(parseParameterOptions(['zzzzzzzz=1']).faults[0]?.detail).toMatch(/^is not a parameter; the parameters are upsideThreshold, /);
});

it('does not take what every object has for a parameter', () => {
  expect(parseParameterOptions(['constructor=1', '__proto__=1']).faults).toHaveLength(2);
});
