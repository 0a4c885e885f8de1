import * as fc from 'fast-check';
import { VirtualTime } from './virtual-time.js';

const nothing = (): void => undefined;

it('lets everything happen in the order of its time, and of its asking where that is the same', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.nat({ max: 50 }), { minLength: 1, maxLength: 60 }), async (delays) => {
    const time = new VirtualTime(1_000);
    const seen: (readonly [number, number])[] = [];
    for (const [index, delayMs] of delays.entries()) time.after(delayMs, () => void seen.push([time.nowMs - 1_000, index]));
    await time.runUntil(2_000, nothing);
    const expected = delays.map((delayMs, index) => [delayMs, index] as const).toSorted(([one, first], [other, second]) => one - other || first - second);
    expect(seen).toEqual(expected);
  }));
});

it('lets a chain of promises of any depth end before the next event', async () => {
  const time = new VirtualTime(0);
  const seen: string[] = [];
  const deep = async (depth: number): Promise<void> => (depth === 0 ? void seen.push('chain') : deep(depth - 1));
  time.after(10, () => void deep(200));
  time.after(10, () => void seen.push('next'));
  await time.runUntil(10, nothing);
  expect(seen).toEqual(['chain', 'next']);
});

it('ends with what its observer throws, and runs no event that was called off or comes later', async () => {
  const time = new VirtualTime(0);
  const seen: number[] = [];
  const callOff = time.after(5, () => void seen.push(5));
  for (const ms of [1, 2, 3, 99]) time.after(ms, () => void seen.push(ms));
  callOff();
  await time.runUntil(50, nothing);
  expect({ seen, nowMs: time.nowMs, waiting: time.waiting }).toEqual({ seen: [1, 2, 3], nowMs: 50, waiting: 1 });
  await expect(time.runUntil(200, () => { throw new Error('enough'); })).rejects.toThrow('enough');
});
