import { closestName } from './closest-name.js';

const NAMES = ['usdtReserve', 'minReserve', 'minOrderValue', 'slippage'];

it.each([
  ['usdtReserv', 'usdtReserve'],
  ['usdtreserve', 'usdtReserve'],
  ['slipage', 'slippage'],
  ['minOrder', null],
  ['x', null],
  ['completelyDifferent', null],
])('takes %s for %s', (typed, meant) => {
  expect(closestName(typed, NAMES)).toBe(meant);
});
