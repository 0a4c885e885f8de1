import * as fc from 'fast-check';
import { shareGroups, type GroupHolder } from './share-groups.js';

const held = (...holders: readonly (string | null)[]): GroupHolder[] => holders.map((holder, group) => ({ group, holder }));

it.each([
  { name: 'takes all when it is alone', me: 'a', alive: ['a'], groups: held(null, null, null), take: [0, 1, 2], giveUp: [] },
  { name: 'takes its share of two', me: 'a', alive: ['a', 'b'], groups: held(null, null, null, null), take: [0, 1], giveUp: [] },
  { name: 'leaves the first free ones to who comes before it', me: 'b', alive: ['a', 'b'], groups: held(null, null, null, null), take: [2, 3], giveUp: [] },
  { name: 'leaves nothing to who has enough', me: 'b', alive: ['a', 'b'], groups: held('a', null, null, 'a'), take: [1, 2], giveUp: [] },
  { name: 'takes the odd one when it is the first', me: 'a', alive: ['a', 'b'], groups: held(null, null, null), take: [0, 1], giveUp: [] },
  { name: 'leaves the odd one when it is the second', me: 'b', alive: ['a', 'b'], groups: held(null, null, null), take: [2], giveUp: [] },
  { name: 'gives up what a newcomer lacks', me: 'a', alive: ['a', 'b'], groups: held('a', 'a', 'a', 'a'), take: [], giveUp: [2, 3] },
  { name: 'keeps its own while it has no more than its share', me: 'a', alive: ['a', 'b'], groups: held('a', 'a', 'b', null), take: [], giveUp: [] },
  { name: 'takes what a dead one left', me: 'b', alive: ['b'], groups: held(null, null, 'b'), take: [0, 1], giveUp: [] },
  { name: 'takes none of a living one\'s', me: 'b', alive: ['b'], groups: held('a', 'a', 'b'), take: [], giveUp: [] },
  { name: 'counts itself though nobody has seen it yet', me: 'b', alive: ['a'], groups: held('a', null), take: [1], giveUp: [] },
  { name: 'gives up everything when others come first and there is not enough', me: 'c', alive: ['a', 'b', 'c'], groups: held('c', null), take: [], giveUp: [0] },
])('$name', ({ me, alive, groups, take, giveUp }) => {
  expect(shareGroups(me, alive, groups)).toEqual({ take, giveUp });
});

it('comes to rest with every group held and shares that differ by one at most, whatever it began with', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const anyTable = fc.record({
    alive: fc.subarray(names, { minLength: 1 }),
    holders: fc.array(fc.constantFrom<string | null>(...names, null), { minLength: 1, maxLength: 32 }),
  });
  fc.assert(
    fc.property(anyTable, ({ alive, holders }) => {
      // The dead hold nothing: their leases have run out.
      const table = holders.map((holder) => (holder !== null && alive.includes(holder) ? holder : null));
      for (let round = 0; round < 2; round++) {
        for (const me of alive) {
          const { take, giveUp } = shareGroups(me, alive, held(...table));
          for (const group of take) expect(table[group]).toBeNull();
          for (const group of giveUp) expect(table[group]).toBe(me);
          for (const group of take) table[group] = me;
          for (const group of giveUp) table[group] = null;
        }
      }
      const shares = alive.map((me) => table.filter((holder) => holder === me).length);
      expect(table).not.toContain(null);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }),
  );
});

it('has everybody who looks at the same table want other groups, and all that are free wanted where nobody has too many', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  fc.assert(
    fc.property(fc.subarray(names, { minLength: 1 }), fc.array(fc.constantFrom<string | null>(...names, null, null), { minLength: 1, maxLength: 32 }), (alive, holders) => {
      const table = held(...holders.map((holder) => (holder !== null && alive.includes(holder) ? holder : null)));
      const moves = alive.map((me) => shareGroups(me, alive, table));
      const wanted = moves.flatMap(({ take }) => take);
      expect(new Set(wanted).size).toBe(wanted.length);
      const hasTooMany = moves.some(({ giveUp }) => giveUp.length > 0);
      if (!hasTooMany) expect(wanted).toHaveLength(table.filter(({ holder }) => holder === null).length);
    }),
  );
});
