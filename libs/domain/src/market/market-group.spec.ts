import { MARKET_GROUPS, marketGroupOf } from './market-group.js';

it.each([
  // FNV-1a of 'a' is e40c292c, of 'foobar' bf9cf968 (the algorithm's published test vectors): last hex digit = modulo 16.
  { id: 'a', group: 0xc },
  { id: 'foobar', group: 0x8 },
  // Of nothing: the offset basis 811c9dc5.
  { id: '', group: 0x5 },
])('puts $id where FNV-1a does', ({ id, group }) => {
  expect(marketGroupOf(id, 16)).toBe(group);
});

it('spreads 2,000 markets over all groups, none with more than twice its share (125)', () => {
  const counts = Array.from({ length: MARKET_GROUPS }, () => 0);
  for (let i = 0; i < 2_000; i++) counts[marketGroupOf(`C${i}USDT`)]! += 1;
  expect(Math.max(...counts)).toBeLessThan(250);
  expect(Math.min(...counts)).toBeGreaterThan(60);
});
